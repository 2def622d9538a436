"""Words are found however printers and engines spelled them."""

import json

import pytest
from typer.testing import CliRunner

from tablekin.api import Corpus
from tablekin.cli import app
from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.errors import UsageError
from tablekin.explain import match_pairs, score_pairs
from tablekin.find import are_words, search_words
from tablekin.find.words import plain
from tablekin.orchestration import RunRequest, Stages, run
from tests.support import word_stages
from tests.support.ocr_engine import fake_engine
from tests.support.runs import in_this_process, write_scan

STAGES = Stages(word_stages.analyse, score_pairs, match_pairs)


def make_corpus(folder, words):
    for number in range(2):
        write_scan(folder / "scans" / f"page{number}.png", number)
    config = RunConfig.model_validate({"device": "cpu", "read": {"words": words}})
    with in_this_process():
        order = RunRequest((folder / "scans",), folder / "corpus", config=config, workers=1)
        run(order, lambda line: None, STAGES)
    return folder / "corpus"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    with pytest.MonkeyPatch.context() as patch:
        fake_engine(folder / "bin", patch)
        yield make_corpus(folder, "tesseract")


@pytest.mark.parametrize(
    ("one", "other"),
    [("TABVLA", "tabula"), ("Jnſula", "insula"), ("décliné,", "decline"), ("æquinoct.", "aequinoct")],
)
def test_spellings_of_one_word_are_alike(one, other):
    assert plain(one) == other


def test_what_has_a_digit_is_a_number():
    assert are_words(["tabula", "sea level"])
    assert not are_words(["tabula 3"])
    assert not are_words(["23 30"])
    assert not are_words(["°"])
    assert not are_words([])


def test_words_are_found_in_every_document_with_their_regions(corpus):
    found = search_words(CorpusStore.open(corpus), ["TABVLA"])
    assert found["doc_id"].tolist() == ["page0", "page1"]
    assert found["text"].tolist() == ["Tabula"] * 2
    assert found["is_exact"].all()
    assert found[["along", "region_id"]].iloc[0].tolist() == ["header", word_stages.HEADER]
    assert found[["table_id", "row", "col"]].isna().all(axis=None)
    in_cell = search_words(CorpusStore.open(corpus), ["g"]).iloc[0]
    assert in_cell[["along", "table_id", "row", "col"]].tolist() == ["cell", 0, 0, 0]


def test_words_that_follow_one_another_are_sought_in_one_region(corpus):
    opened = CorpusStore.open(corpus)
    assert search_words(opened, ["tabula declinationis"])["text"].tolist() == ["Tabula Declinationis"] * 2
    assert search_words(opened, ["tabula", "decl"])["is_exact"].tolist() == [False, False]
    assert search_words(opened, ["declinationis", "tabula"]).empty
    assert search_words(opened, ["declinationis", "g"]).empty  # they stand in two regions
    assert search_words(opened, ["g", "tabula"]).empty  # on two pages


def test_the_command_and_the_library_say_where_they_stand(corpus):
    result = CliRunner().invoke(app, ["find", str(corpus), "declin"])
    assert result.exit_code == 0
    assert "~ header: Declinationis" in result.stdout
    assert "table 1 row 1 column 1: G." in CliRunner().invoke(app, ["find", str(corpus), "G."]).stdout
    answer = CliRunner().invoke(app, ["find", str(corpus), "declin", "--json"])
    assert len(json.loads(answer.stdout)["places"]) == 2
    assert len(Corpus.open(corpus).find("declin")) == 2


def test_options_of_numbers_are_refused_for_words(corpus):
    result = CliRunner().invoke(app, ["find", str(corpus), "tabula", "--within-digit"])
    assert result.exit_code == 2
    with pytest.raises(UsageError, match="of numbers"):
        Corpus.open(corpus).find("tabula", tolerance=1.0)


def test_a_corpus_without_words_says_how_to_read_them(tmp_path):
    corpus = make_corpus(tmp_path, "none")
    with pytest.raises(UsageError, match="--words tesseract"):
        search_words(CorpusStore.open(corpus), ["tabula"])


def test_a_page_is_shown_with_its_words(corpus):
    shown = CliRunner().invoke(app, ["read", str(corpus), "page0"]).stdout.splitlines()
    assert any(line.endswith("   G.") for line in shown)
    page = Corpus.open(corpus).page("page0")
    assert page.words["text"].tolist() == ["Tabula", "Declinationis", "G."]
    assert page.cells["label"].tolist() == ["G.", "", "", "", "", ""]
    assert page.headings.empty  # the header of this analysis is of no table
    written = {text.get_text() for text in page.plot().canvas_axes.texts}
    assert {"Tabula", "Declinationis", "G."} <= written

"""``tablekin kinship`` on corpora whose pages were copied from one another."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from tablekin.cli import app
from tablekin.config import RunConfig
from tablekin.explain import match_pairs, score_pairs
from tablekin.orchestration import RunRequest, Stages, run
from tests.support import edition_stages
from tests.support.runs import in_this_process, write_scan

ERRORS = {
    1: (0, 5),
    2: (7,),
    3: (7, 11),
    4: (7, 11, 13),
    5: (2,),
}  # rows in which an edition differs from the first


def analyse(image, doc_id, config, device):
    """An edition of one table, with the errors of ``ERRORS`` in its third column, two in each row named."""
    tables = edition_stages.analyse(np.zeros_like(image), doc_id, config, device)
    cells = tables["regions"].copy()
    values = np.random.default_rng(0).integers(101, 999, (edition_stages.ROWS, edition_stages.COLUMNS))
    texts = values.astype(str).astype(object)
    for row in ERRORS.get(int(image[0, 0]), ()):
        for column in (2, 3):
            texts[row, column] = (
                texts[row, column][0] + str(9 - int(texts[row, column][1])) + texts[row, column][2]
            )
    cells.loc[cells["kind"] == "cell", "text"] = texts.ravel()
    return tables | {"regions": cells}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Six editions: 3 copied from 2, 4 from 3, the others from the first."""

    folder = tmp_path_factory.mktemp("made")
    for number in range(6):
        write_scan(folder / f"scans/page{number}.png", number, first=number)
    rows = ["file,edition,year", *(f"page{k}.png,edition {k},{1500 + 10 * k}" for k in range(6))]
    (folder / "meta.csv").write_text("\n".join(rows) + "\n")
    order = RunRequest(
        (folder / "scans",),
        folder / "corpus",
        metadata=folder / "meta.csv",
        config=RunConfig(device="cpu"),
        workers=1,
    )
    with in_this_process():
        run(order, lambda message: None, Stages(analyse, score_pairs, match_pairs))
    return folder / "corpus"


@pytest.fixture
def corpus(made, tmp_path):
    """A copy of the corpus, which a test may change."""
    return shutil.copytree(made, tmp_path / "corpus")


def call(*arguments):
    return CliRunner().invoke(app, ["kinship", *map(str, arguments)])


def test_editions_that_share_errors_stand_apart_and_years_are_given(corpus, tmp_path):
    done = call(corpus, "--witness", "edition", "--out", tmp_path / "out")
    assert done.exit_code == 0
    assert (
        "family 0: 6 documents, 6 witnesses; 80 cells compared, 12 of them with different readings"
        in done.stdout
    )
    assert "edition 2 (1520), edition 3 (1530) and edition 4 (1540) belong together" in done.stdout
    assert (
        "edition 3 (1530) and edition 4 (1540) belong together: 2 readings that the others do" in done.stdout
    )
    assert "is open" not in done.stdout
    out = tmp_path / "out"
    branches = pd.read_parquet(out / "branches.parquet")
    sure = branches[branches["is_sure"]]
    assert sorted(map(list, sure["apart"])) == [
        ["edition 2", "edition 3", "edition 4"],
        ["edition 3", "edition 4"],
    ]
    shared = pd.read_parquet(out / "shared.parquet").set_index(["witness_a", "witness_b"])
    assert shared.loc[("edition 2", "edition 3"), ["differing", "shared"]].tolist() == [2, 2]
    assert shared.loc[("edition 3", "edition 4"), ["differing", "shared"]].tolist() == [2, 4]
    assert shared.loc[("edition 1", "edition 5"), ["differing", "shared"]].tolist() == [6, 0]
    assert (shared["compared"] == 80).all()
    readings = pd.read_parquet(out / "readings.parquet")
    assert readings["place"].nunique() == 2 * 6
    assert len(pd.read_parquet(out / "witnesses.parquet")) == 6


def test_the_drawing_can_be_looked_at_and_is_the_same_each_time(corpus, tmp_path):
    call(corpus, "--out", tmp_path / "one")
    call(corpus, "--out", tmp_path / "two")
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "family-0000.nwk" in names
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    with Image.open(tmp_path / "one/family-0000.png") as image:
        assert (np.asarray(image.convert("L")) < 100).mean() > 0.002
    assert "page3" in (tmp_path / "one/family-0000.nwk").read_text()


def test_a_column_that_is_not_there_is_named_with_those_that_are(corpus):
    done = call(corpus, "--witness", "printer")
    assert done.exit_code == 2
    assert "no column 'printer'" in done.stderr
    assert "edition" in done.stderr


def test_a_corpus_without_kin_says_so(corpus):
    part = next((corpus / "alignments").glob("*.parquet"))
    part.unlink()
    done = call(corpus)
    assert done.exit_code == 2
    assert "no two documents" in done.stderr
    assert "related" in done.stderr

"""Corrections are taken, survive runs, are taken back, and whatever is made of readings follows."""

import shutil

import numpy as np
import pandas as pd
import pytest

from tablekin.check.stage import check
from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.errors import CorpusError, InUseError, UsageError
from tablekin.explain import match_pairs, score_pairs
from tablekin.find import open_index, parse_query, search
from tablekin.orchestration import (
    RunRequest,
    Stages,
    drop_documents,
    run,
    take_corrections,
    undo_corrections,
)
from tablekin.schemas import FEATURES
from tests.support import edition_stages
from tests.support.editions import edition_corpus
from tests.support.killable import assert_same_rows
from tests.support.runs import digests, in_this_process

STAGES = Stages(edition_stages.analyse, score_pairs, match_pairs)
CPU = RunConfig(device="cpu")
OTHER = RunConfig.model_validate({"device": "cpu", "digitize": {"threshold": 0.7}})
NETWORK = ("pages", "digits", "features", "factors", "pairs", "matches", "drivers", "documents")
READINGS = ("regions", "columns", "functions", "numbers", "checks")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    edition_corpus(folder)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    """Scans and a corpus of six pages of 20 rows and 4 columns."""
    shutil.copytree(made, tmp_path / "now")
    corpus = CorpusStore(tmp_path / "now/corpus")
    corpus.write_record(corpus.read_record() | {"scans": [str(tmp_path / "now/scans")]})
    with in_this_process():
        yield tmp_path / "now"


@pytest.fixture
def out(folder):
    return folder / "corpus"


def write(folder, *rows, name="cells.csv", columns="doc,row,column,reading"):
    path = folder / name
    path.write_text("\n".join([columns, *rows]) + "\n")
    return path


def correct(out, *files, said=None, who="Ada"):
    return take_corrections(out, files, who, (lambda line: None) if said is None else said.append, STAGES)


def undo(out, *names):
    return undo_corrections(out, names, "Bob", lambda line: None, STAGES)


def again(folder, config=CPU, said=None):
    request = RunRequest((folder / "scans",), folder / "corpus", config=config, workers=1)
    return run(request, (lambda line: None) if said is None else said.append, STAGES)


def cell(out, doc, row, column):
    regions = CorpusStore(out).read("regions", [doc])
    found = regions[
        (regions["kind"] == "cell") & (regions["row"] == row - 1) & (regions["col"] == column - 1)
    ]
    return found[["text", "printed", "confidence", "value"]].iloc[0].tolist()


def test_readings_follow_and_what_the_network_saw_stays(folder, out):
    before = {path: digest for path, digest in digests(out).items() if path.split("/")[0] in NETWORK}
    file = write(
        folder, "page0,3,2,9° 10′", "page0.png,4,2,-1·1", "page0,5,1,2¾", "page0,6,1,”", "page0,7,1,"
    )
    done = correct(out, file)
    assert (done.cells, done.documents, done.complaints, done.is_current) == (5, ["page0"], [], True)
    assert cell(out, "page0", 3, 2) == ["9 10", "9° 10′", 1.0, pytest.approx(9 + 10 / 60)]
    assert cell(out, "page0", 4, 2) == ["11", "-1·1", 1.0, pytest.approx(-1.1)]
    assert cell(out, "page0", 5, 1) == ["2", "2¾", 1.0, 2.75]
    assert cell(out, "page0", 6, 1)[:3] == ["", "”", 0.0]
    assert cell(out, "page0", 7, 1)[:3] == ["", "", 0.0]
    now = digests(out)
    assert before == {path: now[path] for path in before}
    assert list(check(out)) == []
    history = CorpusStore(out).correction_table.read()
    assert history["after"].tolist() == ["9° 10′", "-1·1", "2¾", "”", ""]
    assert set(history["who"]) == {"Ada"} and set(history["source"]) == {"cells.csv"}
    assert history["before"].iloc[0] == "831" and history["undone"].isna().all()
    assert (pd.Timestamp.now("UTC") - history["when"]).abs().max() < pd.Timedelta("1h")


def test_collation_follows_for_the_pairs_of_corrected_documents_only(folder, out):
    """Page 2 is an edition of the table of page 0, and differs in one cell of its own: corrected, they are the same."""
    corpus = CorpusStore(out)
    own = corpus.read("collations")
    pair = own[(own["doc_a"] == "page0") & (own["doc_b"] == "page2") & (own["relation"] == "variant")]
    assert len(pair) == 2  # row 1 of page 0 and row 3 of page 2
    row = pair[pair["row_b"] == 2].iloc[0]
    done = correct(out, write(folder, f"page2,3,{row['col_b'] + 1},{row['text_a']}"))
    assert done.documents == ["page2"]
    after = CorpusStore(out).read("collations")
    found = after[
        (after["doc_a"] == "page0") & (after["doc_b"] == "page2") & (after["relation"] == "variant")
    ]
    assert found["row_b"].tolist() == [0]

    def others(rows):
        kept = rows[(rows["doc_a"] != "page2") & (rows["doc_b"] != "page2")]
        return kept.sort_values([*kept.columns[:6]], ignore_index=True)

    pd.testing.assert_frame_equal(others(own), others(after))


def test_the_index_of_find_follows(folder, out):
    query = parse_query(["77777"], False, None, None)
    assert search(open_index(CorpusStore(out), print), query).empty
    correct(out, write(folder, "page1,2,1,77777"))
    found = search(open_index(CorpusStore(out), print), query)
    assert found[["doc_id", "row", "col"]].to_numpy().tolist() == [["page1", 1, 0]]


def test_undoing_brings_back_what_was(folder, out):
    before, made = digests(out), CorpusStore(out).read("collations")
    correct(
        out, write(folder, "page0,3,2,9° 10′", "page2,3,2,11"), write(folder, "page2,3,2,12", name="more.csv")
    )
    assert cell(out, "page2", 3, 2)[1] == "12"
    assert undo(out, "more.csv").cells == 1
    assert cell(out, "page2", 3, 2)[1] == "11"  # the file before
    done = undo(out, "page2.png")
    assert (done.cells, done.documents) == (1, ["page2"])
    assert cell(out, "page0", 3, 2)[1] == "9° 10′"
    assert undo(out, "cells.csv").documents == ["page0"]
    after = digests(out)
    same = [path for path in before if path.split("/")[0] in (*NETWORK, *READINGS, "alignments")]
    assert {path: after[path] for path in same} == {path: before[path] for path in same}
    keys = [*made.columns[:6]]
    found = CorpusStore(out).read("collations").sort_values(keys, ignore_index=True)
    pd.testing.assert_frame_equal(found, made.sort_values(keys, ignore_index=True))
    history = CorpusStore(out).correction_table.read()
    assert len(history) == 3 and history["undone"].notna().all() and set(history["undone_by"]) == {"Bob"}
    assert list(check(out)) == []
    assert undo(out, "cells.csv").cells == 0
    with pytest.raises(UsageError, match=r"no corrections came from a file nothing.csv.*no document"):
        undo(out, "nothing.csv")


def test_the_same_file_twice_and_a_next_run_change_nothing(folder, out):
    file = write(folder, "page0,3,2,99")
    correct(out, file)
    before = digests(out)
    done = correct(out, file)
    assert (done.cells, done.unchanged, done.documents) == (0, 1, [])
    assert again(folder).unchanged
    assert digests(out) == before


def test_corrections_survive_another_config(folder, out):
    correct(out, write(folder, "page0,3,2,99", "page1,4,1,98"))
    summary = again(folder, OTHER)
    assert summary.added == 6
    assert cell(out, "page0", 3, 2)[0] == "99" and cell(out, "page1", 4, 1)[0] == "98"
    assert list(check(out)) == []
    undo(out, "cells.csv")  # what that config read is back
    fresh = folder / "fresh"
    run(RunRequest((folder / "scans",), fresh, config=OTHER, workers=1), lambda line: None, STAGES)
    assert_same_rows(out, fresh)


def test_a_correction_goes_with_its_place_not_with_its_region(folder, out):
    """A better network numbers the regions otherwise and moves its boxes a little; one cell is not there any more."""
    correct(out, write(folder, "page0,3,2,99", "page0,20,1,97"))

    def analyse(image, doc_id, config, device):
        tables = edition_stages.analyse(image, doc_id, config, device)
        regions = tables["regions"]
        kept = regions[(regions["kind"] != "cell") | (regions["row"] != 19).fillna(True)].copy()
        boxes = ["x0", "y0", "x1", "y1"]
        kept[boxes] = kept[boxes] + 1
        first, *others = kept["region_id"].tolist()
        number = {old: new for new, old in enumerate([first, *reversed(others)])}
        factors = tables["factors"][tables["factors"]["region_id"].isin(number)]
        sums = factors.groupby("feature")["relevance"].sum().reindex(list(FEATURES), fill_value=0.0)
        return tables | {
            "regions": kept.assign(region_id=kept["region_id"].map(number)),
            "factors": factors.assign(region_id=factors["region_id"].map(number)),
            "features": tables["features"].assign(phi=[sums.to_numpy(np.float32)]),
        }

    said = []
    request = RunRequest((folder / "scans",), out, config=OTHER, workers=1)
    summary = run(request, said.append, Stages(analyse, score_pairs, match_pairs))
    assert cell(out, "page0", 3, 2)[0] == "99"
    assert "'97' of page0 (from cells.csv) stands nowhere: no cell is found at its place" in "\n".join(said)
    assert [one.after for one in summary.lost] == ["97"]
    (problem,) = check(out)
    assert problem.place == "corrections" and "'97'" in problem.what
    assert problem.repair.endswith(f"tablekin correct {out} --undo page0")


def test_a_correction_of_a_page_that_is_renamed_changed_or_dropped_is_named(folder, out):
    correct(out, write(folder, "page0,3,2,99", "page1,3,2,98", "page2,3,2,97"))
    (folder / "scans/page0.png").rename(folder / "scans/other.png")
    shutil.copy(folder / "scans/page3.png", folder / "scans/page1.png")
    said = []
    drop_documents(out, ["page2"], said.append, STAGES)
    assert "'97' of page2 (from cells.csv) stands nowhere: the corpus has no such document" in "\n".join(said)
    again(folder)  # page 2 is back, and its correction with it
    assert cell(out, "page2", 3, 2)[0] == "97"
    drop_documents(out, ["page0"], said.append, STAGES)
    problems = {problem.what.partition("stands nowhere: ")[2] for problem in check(out)}
    assert problems == {"the corpus has no such document any more", "its scan is another now"}
    undo(out, "page0", "page1")
    assert list(check(out)) == []


def test_what_cannot_be_taken_is_named_and_the_rest_is_taken(folder, out):
    file = write(
        folder,
        "page0,3,2,99,831,,,,",  # right
        "page9,3,2,99,,,,,",
        "page,3,2,99,,,,,",
        "page0,21,2,99,,,,,",
        "page0,3,5,99,,,,,",
        "page0,4,2,99,111,,,,",  # read otherwise since
        "page0,5,2,99,589,,,,",
        "page0,5,2,98,589,,,,",  # twice
        "page0,,,99,,500,500,510,510",
        "page0,6,2,99,,500,500,510,510",  # the box is elsewhere
        "page0,8,8,7,7,,,,",  # not edited: nobody cares where it was
        columns="doc,row,column,reading,before,x0,y0,x1,y1",
    )
    done = correct(out, file)
    assert (done.cells, done.unchanged, cell(out, "page0", 3, 2)[0]) == (1, 1, "99")
    told = {one.place.removeprefix("cells.csv, line "): str(one) for one in done.complaints}
    assert "no document page9; did you mean" in told["3"]
    assert "fits several documents" in told["4"] and "name one of them" in told["4"]
    assert "no row 21, column 2; it has 20 rows and 4 columns" in told["5"]
    assert "no row 3, column 5" in told["6"]
    assert "was read as '111'" in told["7"] and f"tablekin read {out} page0 --csv" in told["7"]
    assert "another reading than cells.csv, line 8: '99' and '98'" in told["9"]
    assert "lies in no cell" in told["10"] and "stands elsewhere" in told["11"]
    assert len(told) == 8


def test_a_file_that_a_spreadsheet_made_numbers_of_changes_only_what_was_edited(folder, out):
    correct(out, write(folder, "page0,3,2,007", "page0,4,2,1·10", name="first.csv"))
    file = write(folder, "page0,3,2,7,7", "page0,4,2,1.2,1.1", columns="doc,row,column,reading,before")
    done = correct(out, file)
    assert (done.cells, done.unchanged) == (1, 1)
    assert cell(out, "page0", 3, 2)[1] == "007" and cell(out, "page0", 4, 2)[1] == "1.2"


def test_readings_that_were_changed_by_other_hands_are_told_from_corrections(folder, out):
    correct(out, write(folder, "page0,3,2,99"))
    part = out / "regions/part-00000.parquet"
    rows = pd.read_parquet(part)
    kept = part.read_bytes()
    rows.loc[rows["printed"] == "99", "printed"] = "98"
    rows.to_parquet(part)
    assert any("regions/part-00000" in problem.place for problem in check(out))
    part.write_bytes(kept)
    assert list(check(out)) == []
    history = out / "corrections/part-00000.parquet"
    kept = history.read_bytes()
    history.unlink()
    assert any(problem.place == "corrections" and "is missing" in problem.what for problem in check(out))
    with pytest.raises(CorpusError, match="is missing, by which readings"):
        again(folder)
    history.write_bytes(kept + b"0")
    with pytest.raises(CorpusError, match="is not as it was written"):
        again(folder)
    history.write_bytes(kept)
    assert list(check(out)) == []


def test_one_at_a_time(folder, out):
    from tablekin.corpus import locked

    with locked(out), pytest.raises(InUseError):
        correct(out, write(folder, "page0,3,2,99"))
    assert not (out / "corrections").exists()


def test_studies_of_the_readings_before_are_named_until_they_are_made_again(folder, out):
    corpus = CorpusStore(out)
    with corpus.writing("kinship", corpus.layout.kinship):
        corpus.layout.kinship.mkdir()
    done = correct(out, write(folder, "page0,3,2,99"))
    assert done.outdated == ["kinship"]
    (problem,) = check(out)
    assert "before readings were corrected" in problem.what
    assert problem.repair.endswith(f"tablekin kinship {out}")
    with corpus.writing("kinship", corpus.layout.kinship):
        pass
    assert list(check(out)) == []


def test_what_was_edited_in_page_xml_is_taken_by_its_place(folder, out):
    """The image was scaled to twice its size; only the cell that reads otherwise is taken, and not taken back again."""

    def cell_at(row, column, *texts):
        x, y = 18 * (column - 1), 18 * (row - 1)
        points = f'<Coords points="{x + 3},{y + 3} {x + 15},{y + 3} {x + 15},{y + 15} {x + 3},{y + 15}"/>'
        line, whole = (f"<TextEquiv><Unicode>{text}</Unicode></TextEquiv>" for text in texts)
        return f"<TextRegion>{points}<TextLine>{points}{line}</TextLine>{whole}</TextRegion>"

    cells = cell_at(1, 1, "864", "864") + cell_at(3, 2, "9° 10′", "831") + cell_at(40, 2, "5", "5")
    size = 'imageWidth="60" imageHeight="40"'
    page = f'<PcGts><Page imageFilename="{{}}" {size}><TableRegion>{{}}</TableRegion></Page></PcGts>'
    (folder / "edited.xml").write_text(page.format("page0.png", cells), "utf-8")
    (folder / "other.xml").write_text(page.format("nobody.png", cells), "utf-8")
    done = correct(out, folder / "edited.xml", folder / "other.xml", write(folder, "page1,1,1,5"))
    assert (done.cells, done.unchanged, done.documents) == (2, 1, ["page0", "page1"])
    assert cell(out, "page0", 3, 2)[1] == "9° 10′"
    assert ["in no cell" in str(done.complaints[0]), "no document nobody.png" in str(done.complaints[1])] == [
        True
    ] * 2
    done = correct(out, folder / "edited.xml")
    assert (done.cells, done.unchanged) == (0, 2)
    (folder / "none.xml").write_text("<html/>")
    with pytest.raises(UsageError, match=r"none.xml is no PAGE-XML"):
        correct(out, folder / "none.xml")

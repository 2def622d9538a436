"""What other documents print weighs in on verdicts, on a corpus whose pages are editions of two works."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tablekin.check.stage import check
from tablekin.collation.testimony import cells_in_question, find_statements, gather
from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.explain import match_pairs, score_pairs
from tablekin.orchestration import RunRequest, Stages, drop_documents, run
from tablekin.orchestration.updates import versions
from tablekin.recompute import recomputation_fingerprint
from tablekin.schemas import RECOMPUTED_TABLES, empty
from tests.support import edition_stages
from tests.support.runs import digests, in_this_process, write_scan

STAGES = Stages(edition_stages.analyse, score_pairs, match_pairs)
CONFIG = RunConfig.model_validate({"device": "cpu"})
ODD = 3  # region of page0 that differs from the other editions


@pytest.fixture(autouse=True)
def this_process():
    with in_this_process():
        yield


def start(folder):
    return run(
        RunRequest((folder / "scans",), folder / "corpus", config=CONFIG, workers=1), [].append, STAGES
    )


def checks_of(folder):
    """The check of the cell of page0 that differs."""
    rows = CorpusStore(folder / "corpus").read("checks", ["page0"])
    return rows[rows["region_id"] == ODD].iloc[0]


@pytest.fixture
def folder(tmp_path):
    """A corpus of three editions, in one of which a cell is held to be misprinted, as the page by itself tells it."""
    for number in (0, 2, 4):
        write_scan(tmp_path / "scans" / f"page{number}.png", number, first=number)
    start(tmp_path)
    corpus = CorpusStore(tmp_path / "corpus")
    regions = corpus.read("regions", ["page2"])
    due = regions.set_index("region_id").loc[ODD, "text"]
    row = {"doc_id": "page0", "region_id": ODD, "kind": "function", "value": 1.0, "computed": 2.0}
    row |= {"residual": -1.0, "p_misprint": 0.6, "p_misreading": 0.4, "due": due}
    (name,) = (part.name for part in corpus.layout.parts("checks"))
    tables = {table: empty(table) for table in RECOMPUTED_TABLES} | {"checks": pd.DataFrame([row])}
    corpus.recomputed_tables.write(
        name, tables, recomputation_fingerprint(CONFIG, str(versions()["tablekin"]))
    )
    return tmp_path


def test_verdicts_are_weighed_once_and_again_when_documents_come_or_go(folder):
    assert pd.isna(checks_of(folder)["witnesses_due"])
    assert not start(folder).unchanged
    two = checks_of(folder)
    assert (two["witnesses_same"], two["witnesses_due"]) == (0, 2)
    assert two["p_misreading"] > 0.5 > two["p_misprint"]
    assert (two["p_misprint_alone"], two["p_misreading_alone"]) == (np.float32(0.6), np.float32(0.4))
    before = digests(folder / "corpus")
    assert start(folder).unchanged and digests(folder / "corpus") == before
    write_scan(folder / "scans" / "page6.png", 6, first=6)
    start(folder)
    three = checks_of(folder)
    assert three["witnesses_due"] == 3 and three["p_misreading"] >= two["p_misreading"]
    assert not list(check(folder / "corpus"))


def test_a_dropped_document_is_asked_no_more(folder):
    write_scan(folder / "scans" / "page6.png", 6, first=6)  # in a batch of its own
    start(folder)
    assert checks_of(folder)["witnesses_due"] == 3
    drop_documents(folder / "corpus", ["page6"], [].append, STAGES)
    (folder / "scans" / "page6.png").unlink()
    after = checks_of(folder)
    assert after["witnesses_due"] == 2
    assert after["p_misprint_alone"] == np.float32(0.6)


def test_statements_are_of_both_sides_of_what_was_compared():
    rows = [
        ("a", "b", 5, 7, "0 12", "17", "variant"),
        ("a", "c", 5, 2, "0 12", "12.", "same"),
        ("0", "a", 3, 5, "19", "0 12", "variant"),
        ("a", "d", 5, 1, "0 12", "17", "not_compared"),
        ("a", "e", 6, 1, "0 12", "17", "variant"),
        ("a", "f", 5, -1, "0 12", "", "only_a"),
    ]
    for group in (
        table_of(rows),
        table_of(rows).set_column(0, "doc_a", table_of(rows)["doc_a"].dictionary_encode()),
    ):
        found = {
            (one.partner, one.read, one.due, one.printed)
            for one in find_statements([group], {("a", 5): "17"})
        }
        assert found == {("b", "12", "17", "17"), ("c", "12", "17", "12"), ("0", "12", "17", "19")}
    heard = gather(find_statements([table_of(rows)], {("a", 5): "17"}), {("a", "b")})
    assert heard[("a", 5)].tolist() == [[0, 1], [1, 0]]  # a copy has what is due, another prints the same


def test_a_number_that_stands_in_several_cells_is_compared_as_a_whole():
    """Page a parts 14 19 51, which b prints in one cell, and c in three; b is held to be wrong."""
    rows = [
        *(
            ("a", "b", region, 1, text, "14.19.51", "variant")
            for region, text in ((4, "14"), (5, "10"), (6, "51"))
        ),
        *(
            ("b", "c", 1, region, "14.19.51", text, "same")
            for region, text in ((7, "14"), (8, "19"), (9, "51"))
        ),
    ]
    due = {("a", 5): "19", ("b", 1): "141051"}
    heard = gather(find_statements([table_of(rows)], due), set())
    assert heard[("a", 5)].tolist() == [[0, 0], [0, 1]]
    assert heard[("b", 1)].tolist() == [[0, 0], [1, 1]]


def table_of(rows):
    names = ["doc_a", "doc_b", "region_a", "region_b", "text_a", "text_b", "relation"]
    return pa.Table.from_pandas(
        pd.DataFrame(rows, columns=names).astype({"region_a": "int32", "region_b": "int32"})
    )


def test_only_cells_that_may_be_wrong_and_whose_due_is_known_are_asked_about():
    rows = pd.DataFrame(
        {
            "doc_id": ["a"] * 3,
            "region_id": [1, 2, 3],
            "p_misprint": [0.0, 0.2, 0.2],
            "p_misreading": [0.0, 0.1, 0.1],
            "due": ["7", "8", None],
        }
    )
    assert cells_in_question(rows) == {("a", 2): "8"}

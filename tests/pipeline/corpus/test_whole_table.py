import pyarrow as pa
import pytest

from tablekin.corpus import Comparison, CorpusLayout, inputs_digest
from tablekin.corpus.parts import read_parts
from tablekin.corpus.whole_table import WholeTable
from tablekin.schemas import SCHEMAS

SEAL = Comparison("config", "documents")


def pairs(*names):
    values = {field.name: [1] * len(names) for field in SCHEMAS["pairs"]}
    values |= {"doc_a": [a for a, _ in names], "doc_b": [b for _, b in names]}
    return pa.table(values, SCHEMAS["pairs"])


@pytest.fixture
def layout(tmp_path):
    return CorpusLayout(tmp_path)


@pytest.fixture
def table(layout):
    return WholeTable(layout, "pairs")


def test_it_says_what_it_was_made_from(table):
    assert table.made_from() is None
    assert table.count() == 0
    assert table.replace([pairs("ab", "ac"), pairs("bc")], SEAL) == table.count() == 3
    assert table.made_from() == SEAL


def test_a_table_without_rows_is_there_all_the_same(table, layout):
    assert table.replace([], SEAL) == 0
    assert table.made_from() == SEAL
    assert read_parts(layout.parts("pairs")).num_rows == 0


def test_a_part_that_does_not_belong_makes_it_unknown_and_goes_when_it_is_written(table, layout):
    table.replace([pairs("ab")], SEAL)
    stray = layout.part("pairs", "part-00001.parquet")
    stray.write_bytes(layout.parts("pairs")[0].read_bytes())
    assert table.made_from() is None
    table.replace([pairs("ab")], SEAL)
    assert layout.parts("pairs") == [stray.with_name("part-00000.parquet")]


def test_a_damaged_part_makes_it_unknown(table, layout):
    table.replace([pairs("ab")], SEAL)
    layout.parts("pairs")[0].write_bytes(b"PAR1")
    assert table.made_from() is None


def test_without_some_pairs_it_is_of_no_comparison(table, layout):
    table.replace([pairs("ab", "ac"), pairs("bc")], SEAL)
    table.drop_pairs_of(["d"])
    assert table.made_from() == SEAL
    table.drop_pairs_of(["a"])
    assert table.made_from() == Comparison("config", "")
    assert read_parts(layout.parts("pairs"), ["doc_a", "doc_b"]).to_pylist() == [{"doc_a": "b", "doc_b": "c"}]


def test_the_digest_of_documents_does_not_depend_on_their_order_but_on_each_of_them():
    one = [("a", "1"), ("b", "2")]
    assert inputs_digest(one) == inputs_digest(reversed(one))
    assert len({inputs_digest(each) for each in (one, one[:1], [("a", "2"), ("b", "1")], [])}) == 4

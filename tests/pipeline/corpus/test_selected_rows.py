import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tablekin.corpus.selected_rows import may_hold, read_rows_between, read_rows_near, read_rows_with
from tablekin.schemas import SCHEMAS


def test_parts_that_cannot_hold_a_document_are_told_by_their_statistics(tmp_path):
    part = tmp_path / "part-00000.parquet"
    rows = {"doc_a": ["a", "b", "m", "n"], "doc_b": ["d", "e", "x", "y"]}
    pq.write_table(pa.table(rows), part, row_group_size=2)
    assert may_hold(part, ["doc_a", "doc_b"], ["b", "e"])
    assert not may_hold(part, ["doc_a", "doc_b"], ["b", "x"])  # not of the same group
    assert not may_hold(part, ["doc_a"], ["c", "o"])
    assert may_hold(part, ["doc_b"], ["a", "x"])
    pq.write_table(pa.table(rows), part, write_statistics=False)
    assert may_hold(part, ["doc_a"], ["zzz"])


@pytest.fixture(params=[True, False], ids=["statistics", "no statistics"])
def pairs(tmp_path, request):
    """All pairs of twelve documents in three parts of small row groups, ranks drawn at random, some of them missing."""
    rng = np.random.default_rng(5)
    names = [f"p{number:02d}" for number in range(12)]
    rows = pd.DataFrame([(a, b) for a in names for b in names if a < b], columns=["doc_a", "doc_b"])
    rows = rows.sample(frac=1, random_state=3).assign(dot=np.arange(66.0))
    for rank in ("rank_a", "rank_b"):
        rows[rank] = pd.array(rng.integers(1, 12, 66), "Int32")
        rows.loc[rng.random(66) < 0.3, rank] = pd.NA
    paths = [tmp_path / f"part-{number:05d}.parquet" for number in range(3)]
    for number, path in enumerate(paths):
        some = rows[22 * number : 22 * number + 22].sort_values("doc_a")
        table = pa.Table.from_pandas(some, preserve_index=False)
        pq.write_table(table, path, row_group_size=4, write_statistics=request.param)
    return paths, rows


def pair_keys(rows):
    frame = rows.to_pandas() if isinstance(rows, pa.Table) else rows
    return sorted(frame[["doc_a", "doc_b", "dot"]].itertuples(index=False, name=None))


def test_rows_are_those_that_a_look_at_all_of_them_finds(pairs):
    paths, rows = pairs
    schema = SCHEMAS["pairs"]
    for doc in ("p00", "p05", "p11", "nobody"):
        of_doc = (rows["doc_a"] == doc) | (rows["doc_b"] == doc)
        assert pair_keys(read_rows_with(paths, schema, ["doc_a", "doc_b"], doc)) == pair_keys(rows[of_doc])
        others = ["p03", "p04", "p11"]
        between = of_doc & (
            ((rows["doc_a"] == doc) & rows["doc_b"].isin(others))
            | ((rows["doc_b"] == doc) & rows["doc_a"].isin(others))
        )
        found = read_rows_between(paths, schema, ("doc_a", "doc_b"), doc, others)
        assert pair_keys(found) == pair_keys(rows[between])
        for count in (0, 1, 4, 100):
            own = rows["rank_a"].where(rows["doc_a"] == doc, rows["rank_b"])
            near = of_doc & (own <= count).fillna(False).astype(bool)
            assert pair_keys(read_rows_near(paths, schema, doc, count)) == pair_keys(rows[near])

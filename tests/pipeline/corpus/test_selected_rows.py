import pyarrow as pa
import pyarrow.parquet as pq

from tablekin.corpus.selected_rows import may_hold


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

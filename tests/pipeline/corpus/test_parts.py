import resource
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tablekin.corpus.atomic_file import write_json
from tablekin.corpus.parts import (
    read_parts,
    remove_rows,
    write_part,
    write_row_groups,
)
from tablekin.corpus.selected_rows import read_rows_with
from tablekin.errors import DiskFullError, StorageError
from tablekin.schemas import SCHEMAS

SCHEMA = SCHEMAS["pairs"]


def pairs(first, count):
    """Rows with random scores."""
    rng = np.random.default_rng(first)
    names = [f"doc{first + number:04d}" for number in range(count)]
    columns = {"doc_a": names, "doc_b": [f"{name}x" for name in names]}
    for field in SCHEMA:
        if field.name not in columns:
            columns[field.name] = (rng.random(count) * 1000).astype(field.type.to_pandas_dtype())
    return pa.table(columns, SCHEMA)


@contextmanager
def room_for(size):
    """Let no file become larger."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


WRITES = {
    "part": lambda path: write_part(path, pairs(0, 5000)),
    "row groups": lambda path: write_row_groups(path, SCHEMA, (pairs(at, 500) for at in range(0, 5000, 500))),
    "json": lambda path: write_json(path, list(range(10000))),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_file_for_which_there_is_no_room_is_named_and_the_old_one_stays(tmp_path, write):
    path = tmp_path / "pairs/part-00000.parquet"
    path.parent.mkdir()
    path.write_bytes(b"as it was")
    with room_for(20000), pytest.raises(DiskFullError) as error:
        WRITES[write](path)
    assert f"no room on the disk for {path}" in str(error.value)
    assert "free space or raise the quota and run the same command again" in str(error.value)
    assert [file.read_bytes() for file in path.parent.iterdir()] == [b"as it was"]


def test_an_error_that_is_not_of_the_disk_is_not_taken_for_one(tmp_path):
    (tmp_path / "pairs").write_bytes(b"a file where the folder should be")
    for write in WRITES.values():
        with pytest.raises(StorageError, match="a file is where a folder is needed") as error:
            write(tmp_path / "pairs/part-00000.parquet")
        assert not isinstance(error.value, DiskFullError)


def test_rows_are_removed_a_row_group_at_a_time(tmp_path):
    path = tmp_path / "part-00000.parquet"
    write_row_groups(path, SCHEMA, [pairs(0, 30), pairs(30, 30), pairs(60, 30)])
    whole = read_parts([path])
    gone = ["doc0005", "doc0031x", *(f"doc{number:04d}" for number in range(60, 90))]
    remove_rows(
        path, SCHEMA.with_metadata({"tablekin.table": "pairs", "key": "new"}), ["doc_a", "doc_b"], gone
    )
    left = [number for number in range(60) if number not in (5, 31)]
    assert read_parts([path]).equals(whole.take(left))
    metadata = pq.read_metadata(path)
    assert [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)] == [29, 29]
    assert metadata.metadata[b"key"] == b"new"


def test_a_part_of_before_a_column_was_thought_of_is_read_and_trimmed(tmp_path):
    old = pairs(0, 6).drop_columns(["specific"])
    write_row_groups(tmp_path / "old.parquet", old.schema, [old])
    found = read_rows_with([tmp_path / "old.parquet"], SCHEMA, ["doc_a", "doc_b"], "doc0002")
    assert found.schema.names == SCHEMA.names and len(found) == 1
    assert found["specific"].null_count == 1
    remove_rows(tmp_path / "old.parquet", SCHEMA, ["doc_a", "doc_b"], ["doc0002"])
    left = pq.read_table(tmp_path / "old.parquet")
    assert left.schema.names == SCHEMA.names
    assert len(left) == left["specific"].null_count == 5

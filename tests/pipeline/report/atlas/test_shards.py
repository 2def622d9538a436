import json

import numpy as np
import pytest

from tablekin.report.atlas.shards import MAX_BYTES, ShardFolder, pack, to_script
from tests.support.atlas_shards import read_shard, unpack


@pytest.mark.parametrize("kind", ["u1", "u2", "i1", "i2", "f4"])
def test_packed_numbers_are_read_again(kind):
    values = np.random.default_rng(3).integers(0, 100, (7, 4))
    assert unpack(pack(values, kind), kind).tolist() == values.ravel().tolist()


def test_no_text_ends_a_script_or_begins_markup(tmp_path):
    hostile = "</script><script>alert(1)</script><!-- ‮\u2028 \ud800 '\"\\"
    script = to_script("x", [hostile])
    assert b"<" not in script and b"\xe2" not in script
    folder = ShardFolder(tmp_path / "data")
    folder.write("x", [hostile])
    assert read_shard(tmp_path, "x") == [hostile]


def test_a_table_is_cut_into_shards_that_browsers_like(tmp_path):
    folder = ShardFolder(tmp_path)
    rows = {"name": [f"{number:0900d}" for number in range(5000)], "number": list(range(5000))}
    names = folder.write_columns("rows", rows)
    assert len(names) == 3
    assert all(folder.written[name] <= MAX_BYTES for name in names)
    text = "".join((tmp_path / f"{name}.js").read_text() for name in names)
    assert text.count(json.dumps(rows["name"][-1])) == 1


def test_a_table_without_rows_is_one_shard(tmp_path):
    folder = ShardFolder(tmp_path)
    assert folder.write_columns("rows", {"name": []}) == ["rows-000"]

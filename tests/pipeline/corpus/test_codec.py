import base64
import zlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tablekin.corpus.codec import decode, encode, read_provenance


@pytest.mark.parametrize("value", [[], {"rows": [["a", "ä"]], "pairs": "x"}, [1, 2.5, None, True], "text"])
def test_what_was_encoded_comes_back(value):
    text = encode(value)
    assert text.isascii()
    assert decode(text) == value


def test_long_lists_become_short():
    names = [f"page{number:05d}" for number in range(1000)]
    assert len(encode(names)) < sum(map(len, names)) / 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "no base 64 !",
        base64.b64encode(b"plain").decode(),
        base64.b64encode(zlib.compress(b"{")).decode(),
    ],
)
def test_what_was_not_encoded_is_refused(text):
    with pytest.raises(ValueError):
        decode(text)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1 half a file"])
def test_of_a_damaged_part_nothing_is_known(tmp_path, content):
    part = tmp_path / "part-00000.parquet"
    part.write_bytes(content)
    assert read_provenance(part, dict) is None
    assert read_provenance(tmp_path / "nowhere.parquet", dict) is None


def test_of_a_part_that_does_not_say_it_nothing_is_known(tmp_path):
    part = tmp_path / "part-00000.parquet"
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"key": "7"}), part)
    assert read_provenance(part, lambda metadata: int(metadata["key"])) == 7
    assert read_provenance(part, lambda metadata: metadata["other"]) is None
    assert read_provenance(part, lambda metadata: [*metadata["key"]][3:] + None) is None

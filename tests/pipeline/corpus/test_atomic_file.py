import os
import signal
from pathlib import Path

import pytest

from tablekin.corpus.atomic_file import discard_unfinished, list_unfinished, replacing
from tablekin.errors import StorageError


def write(path, content):
    with replacing(path) as file:
        file.write(content)


def test_a_file_is_seen_whole_or_not_at_all(tmp_path):
    path = tmp_path / "file"
    write(path, b"old")
    with pytest.raises(ZeroDivisionError), replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
        assert len(list_unfinished(tmp_path)) == 1
        raise ZeroDivisionError
    assert [found.read_bytes() for found in tmp_path.iterdir()] == [b"old"]
    write(path, b"new")
    assert [found.read_bytes() for found in tmp_path.iterdir()] == [b"new"]


def test_two_that_write_the_same_file_do_not_meet(tmp_path):
    with replacing(tmp_path / "file") as one, replacing(tmp_path / "file") as other:
        one.write(b"one")
        other.write(b"other")
    assert [found.read_bytes() for found in tmp_path.iterdir()] == [b"one"]


def test_a_signal_at_the_rename_waits_until_the_file_is_there(tmp_path, monkeypatch):
    path = tmp_path / "file"
    replace = Path.replace

    def interrupted(self, target):
        os.kill(os.getpid(), signal.SIGINT)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(path, b"whole")
    assert [found.read_bytes() for found in tmp_path.iterdir()] == [b"whole"]


def test_a_folder_that_is_gone_is_told_and_not_made_anew(tmp_path):
    with pytest.raises(StorageError, match="is not there"):
        write(tmp_path / "gone/file", b"content")
    assert list(tmp_path.iterdir()) == []


def test_a_device_is_written_to_as_it_is():
    write(Path(os.devnull), b"nothing")
    assert not Path(os.devnull).is_file()


def test_what_a_kill_left_is_discarded(tmp_path):
    write(tmp_path / "part-00000.parquet", b"whole")
    (tmp_path / ".part-00001.parquet.0123456789abcdef.tmp").write_bytes(b"half")
    discard_unfinished(tmp_path)
    assert [found.name for found in tmp_path.iterdir()] == ["part-00000.parquet"]


def test_what_a_killed_command_left_is_deleted_by_the_next_one_and_what_is_being_written_is_not(tmp_path):
    path, others = (
        tmp_path / "out.csv",
        [".out.csv.0123.tmp", ".other.csv.0123456789abcdef.tmp", ".out.csv.tmp"],
    )
    abandoned = tmp_path / ".out.csv.0123456789abcdef.tmp"
    for name in (*others, abandoned.name):
        (tmp_path / name).write_text("half")
    with replacing(path) as file:
        assert not abandoned.exists()
        with replacing(path) as other:
            other.write(b"first")
        file.write(b"last")
    assert path.read_bytes() == b"last"
    assert sorted(found.name for found in tmp_path.iterdir()) == sorted([*others, path.name])

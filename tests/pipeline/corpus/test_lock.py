import errno
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from tablekin.cli import app
from tablekin.corpus import locked
from tablekin.errors import CorpusError, InUseError, StorageError
from tests.support.runs import start, write_scan

HOLD = """
import sys
from pathlib import Path
from tablekin.corpus import locked

with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(root):
    """Another process that holds the lock until its input ends."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_refused_and_told_who_is_at_work(tmp_path):
    root = tmp_path / "corpus"
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans/page.png").write_bytes(b"no image")
    with hold(root) as other:
        since = json.loads((root / ".lock.json").read_text())["since"]
        with pytest.raises(InUseError, match=rf"process {other.pid} on .*, since {since[:13]}"), locked(root):
            pass
        result = CliRunner().invoke(app, ["run", str(tmp_path / "scans"), "--out", str(root)])
        assert result.exit_code == 2
        assert f"another run is writing to {root}: process {other.pid}" in result.stderr
        assert not (root / "documents").exists()
        other.stdin.close()
    with locked(root):
        pass


def test_the_lock_of_a_killed_run_does_not_stand_in_the_way(tmp_path):
    with hold(tmp_path / "corpus") as other:
        other.send_signal(signal.SIGKILL)
    with locked(tmp_path / "corpus"):
        holder = json.loads((tmp_path / "corpus/.lock.json").read_text())
        assert holder["process"] == os.getpid()
    assert not (tmp_path / "corpus/.lock.json").exists()


def test_readers_are_not_refused(tmp_path):
    for number in range(2):
        write_scan(tmp_path / f"scans/page{number}.png", number)
    corpus = tmp_path / "corpus"
    start(tmp_path / "scans", corpus)
    with hold(corpus) as other:
        for arguments in (["similar", corpus, "page0"], ["show", corpus, "page0", "page1"]):
            assert CliRunner().invoke(app, [str(argument) for argument in arguments]).exit_code == 0
        assert "another run" not in CliRunner().invoke(app, ["check", str(corpus)]).output
        other.stdin.close()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_without_locks_is_told_and_nothing_takes_their_place(tmp_path, monkeypatch, number):
    def flock(descriptor, operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    with (
        pytest.raises(StorageError, match=r"corpus has no locks.*name a folder on a disk"),
        locked(tmp_path / "corpus"),
    ):
        pass


def test_a_corpus_that_is_deleted_or_replaced_is_noticed(tmp_path):
    root = tmp_path / "corpus"
    with locked(root) as lock:
        lock.verify()
        shutil.rmtree(root)
        with pytest.raises(CorpusError, match="was deleted, moved or replaced"):
            lock.verify()
        with locked(root) as other, pytest.raises(CorpusError, match="was deleted, moved or replaced"):
            other.verify()
            lock.verify()

import errno
import os

import pytest

from tablekin.errors import DiskFullError, ExitCode
from tablekin.faults import describe_fault, faults_described

KINDS = ["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "ENOENT", "ESTALE", "ENOLCK", "ENOSYS"]
KINDS += ["EOPNOTSUPP", "EIO", "ENOTCONN"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_and_what_to_do_are_named(tmp_path, kind):
    number = getattr(errno, kind)
    error = OSError(number, os.strerror(number), str(tmp_path / "corpus/matches/part.parquet"))
    told = describe_fault(error)
    assert "corpus/matches/part.parquet" in str(told)
    assert any(word in str(told) for word in ("run the same command again", "name a folder", "free space"))
    assert kind not in str(told)
    assert told.exit_code == ExitCode.USAGE
    assert isinstance(told, DiskFullError) == (kind in ("ENOSPC", "EDQUOT", "EFBIG"))


def test_the_errors_of_libraries_are_understood_too():
    assert "/data/a b.parquet" in str(
        describe_fault(OSError(errno.EACCES, "Failed to open local file '/data/a b.parquet'. Detail: no"))
    )
    assert "/data/a.parquet" in str(describe_fault(FileNotFoundError("no such"), "/data/a.parquet"))


def test_what_no_user_can_mend_is_let_through():
    assert describe_fault(OSError(errno.EDOM, "no"), "file") is None
    with pytest.raises(OSError, match="no") as error, faults_described("file"):
        raise OSError(errno.EDOM, "no")
    assert type(error.value) is OSError

"""What requirements.lock says, and that scripts/hash_lock.py changes the hashes of it alone."""

import re
import tomllib

import hash_lock
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.places import ROOT

LOCK = """# Exact versions
torch==2.13.0

# What the package imports
first==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
second==2.0
"""


def test_the_pins_of_a_lock_are_found_with_and_without_hashes() -> None:
    assert hash_lock.pins(LOCK) == ["torch==2.13.0", "first==1.0", "second==2.0"]


def test_the_hashes_of_a_lock_stand_at_their_pin() -> None:
    assert hash_lock.hashes(LOCK) == {"first==1.0": ["--hash=sha256:aa", "--hash=sha256:bb"]}


def test_hashes_are_put_below_every_pin_but_torch_and_comments_stay() -> None:
    known = {"first==1.0": ["--hash=sha256:cc"], "second==2.0": ["--hash=sha256:dd", "--hash=sha256:ee"]}
    assert hash_lock.with_hashes(LOCK, known) == (
        "# Exact versions\ntorch==2.13.0\n\n# What the package imports\nfirst==1.0 \\\n    --hash=sha256:cc\n"
        "second==2.0 \\\n    --hash=sha256:dd \\\n    --hash=sha256:ee\n"
    )


def test_a_pin_that_the_index_does_not_know_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"second==2\.0"):
        hash_lock.with_hashes(LOCK, {"first==1.0": ["--hash=sha256:cc"]})


def test_every_package_of_the_lock_but_torch_has_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    known = hash_lock.hashes(lock)
    assert [pin for pin in hash_lock.pins(lock) if pin not in known] == ["torch==2.13.0"]
    assert all(
        re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", word) for words in known.values() for word in words
    )


def test_the_lock_pins_all_that_the_package_and_its_tests_need() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    wanted = {canonicalize_name(Requirement(line).name) for line in needed} - {"tablekin"}
    pinned = {
        canonicalize_name(pin.partition("==")[0])
        for pin in hash_lock.pins((ROOT / "requirements.lock").read_text())
    }
    assert wanted <= pinned

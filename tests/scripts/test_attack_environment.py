import json
import sys

import pytest
from lib.surroundings_tried import WRITING, Trial, trials

from tests.scripts.test_attack_kills import run_script


def test_every_kind_of_fault_is_tried_with_every_command_that_writes():
    kinds = [{trial.fault for trial in trials(command, 8, None)} for command in WRITING]
    for kind in kinds:
        assert {"quota used up", "no locks here", "corpus deleted", "folder only to be read"} <= kind
    assert all(isinstance(trial, Trial) for trial in trials(WRITING[0], 8, None))


@pytest.mark.skipif(sys.platform != "linux", reason="forgoes capabilities of Linux")
def test_some_faults_are_told_and_lose_nothing(tmp_path):
    found = tmp_path / "found.json"
    faults = ("quota used up", "no locks here", "table matches forbidden", "corpus deleted")
    done = run_script(
        "attack_environment.py",
        tmp_path / "trials",
        *("--only", "drop", "similar", "--faults", *faults, "--every", 2, "--json", found),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(found.read_text())
    assert len({row["fault"] for row in result["rows"]}) > 2
    assert any("get the right" in message for message in result["messages"])
    assert any("your quota" in message for message in result["messages"])

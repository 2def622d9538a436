import json
import os
import subprocess
import sys

import pytest
from attack_kills import FaultPoint, plan
from lib.attack_sequences import SEQUENCES

from tests.support.places import ROOT


def run_script(name, *arguments):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, ROOT / "scripts" / name, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_attacks_depend_on_the_seed_alone_and_hit_every_change_twice():
    command = SEQUENCES[0]
    attacks = list(plan(command, 9, seed=1))
    assert attacks == list(plan(command, 9, seed=1))
    assert attacks != list(plan(command, 9, seed=2))
    points = [attack.point for attack in attacks if attack.point]
    assert sorted(point.number for point in points) == sorted([*range(9)] * 2)
    assert {type(point) for point in points} == {FaultPoint}
    assert {point.after for point in points} == {point.group for point in points} == {True, False}
    assert len(attacks) == 18 + command.random
    assert len({attack.name for attack in attacks}) == len(attacks)


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_some_attacks_lose_nothing(tmp_path):
    found = tmp_path / "found.json"
    done = run_script(
        "attack_kills.py", tmp_path / "attacks", "--only", "drop", "analyze", "--every", 37, "--json", found
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(found.read_text())["rows"]
    assert {row["command"] for row in rows} == {"drop", "analyze"}
    assert sum(row["attacks"] for row in rows) == sum(row["ended"] for row in rows) > 3

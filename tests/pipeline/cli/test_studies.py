"""What the commands about a whole corpus print as JSON is what they write."""

import json
import shlex

import pandas as pd
import pytest

from tablekin.check.stage import check
from tablekin.corpus import locked


def test_kinship(command, editions):
    result = command("kinship", editions, "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    written = pd.read_parquet(editions / "kinship/witnesses.parquet")
    assert [family["family"] for family in found["families"]] == written["family"].unique().tolist()
    for family in found["families"]:
        own = written[written["family"] == family["family"]]
        assert family["documents"] == dict(zip(own["doc_id"], own["witness"], strict=True))
    lines = command("kinship", editions).stdout.splitlines()
    assert sum(line.startswith("family ") for line in lines) == len(found["families"])
    kin = pd.read_parquet(editions / "alignments").query("is_kin")
    assert {frozenset((pair["doc_a"], pair["doc_b"])) for pair in found["related"]} == {
        frozenset(pair) for pair in zip(kin["doc_a"], kin["doc_b"], strict=True)
    }
    assert f"related documents, by collation: {len(kin)} pairs, in 2 groups" in lines
    assert "what to do next:" in lines
    for line in lines[lines.index("what to do next:") + 1 :]:
        words = shlex.split(line.partition("#")[0])[1:]
        if words[0] != "show":  # which draws the scans
            assert command(*words).exit_code == 0, line


def test_analyze(command, editions, tmp_path):
    result = command("analyze", editions, "--out", tmp_path / "new", "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    groups = pd.read_parquet(editions / "groups")
    assert [row["doc_id"] for row in found["groups"]] == groups["doc_id"].tolist()
    assert [row["cluster"] for row in found["groups"]] == groups["cluster"].tolist()
    assert found["folder"] == str(tmp_path / "new")
    drivers = pd.read_parquet(tmp_path / "new/drivers_by.parquet")
    assert len(found["drivers_by"]) == len(drivers)


@pytest.mark.parametrize("name", ["analyze", "kinship"])
def test_only_one_command_at_a_time_writes(command, editions, name, monkeypatch):
    with locked(editions):
        result = command(name, editions)
    assert result.exit_code == 2
    assert f"another run is writing to {editions}" in result.stderr
    assert command(name, editions).exit_code == 0
    assert [path.name for path in editions.rglob(".*")] == [".lock"]

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("matplotlib.figure.Figure.savefig", interrupt)
        patched.setattr("pandas.DataFrame.to_parquet", interrupt)
        assert command(name, editions).exit_code == 130
    (problem,) = (str(problem) for problem in check(editions))
    assert problem.endswith(f"tablekin {name} {editions}")
    assert command(name, editions).exit_code == 0
    assert list(check(editions)) == []

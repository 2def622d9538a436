"""What a release says of itself agrees."""

from __future__ import annotations

import re
import tomllib

import yaml

from tablekin import __version__
from tests.support.places import ROOT


def test_citation_and_changelog_are_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    newest = re.search(r"^## (\S+) \((\S+)\)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest
    assert newest[1] == str(citation["version"]) == __version__
    assert newest[2] == str(citation["date-released"])


def test_both_papers_are_cited() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert [paper["doi"] for paper in citation["references"]] == [
        "10.1109/TPAMI.2020.3020738",
        "10.1126/sciadv.adj1719",
    ]


def test_readme_names_both_papers() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "2003.05431" in readme
    assert "10.1126/sciadv.adj1719" in readme


def test_the_workflow_runs_the_tests_on_every_version_of_python_that_is_promised() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))
    job = workflow["jobs"]["test"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f">={job['strategy']['matrix']['python'][0]}" == project["requires-python"]
    assert [step["run"] for step in job["steps"] if "run" in step] == ["scripts/test"]

import pytest

from tablekin.check.journal import check_journal
from tablekin.corpus import CorpusLayout, Journal


@pytest.fixture
def layout(tmp_path):
    return CorpusLayout(tmp_path)


def test_nothing_is_said_where_nothing_was_interrupted(layout):
    Journal(layout).begin("drop", documents={"a": "a.png"})
    Journal(layout).end("drop")
    assert list(check_journal(layout)) == []
    assert list(layout.root.iterdir()) == []


def test_what_was_interrupted_is_named_with_the_command_that_finishes_it(layout, tmp_path):
    journal = Journal(layout)
    journal.begin("drop", documents={"b": "b.png", "a": "a.png"})
    journal.begin("analyze", folder=str(layout.analysis))
    journal.begin("kinship", folder="/elsewhere")
    layout.new_metadata.write_bytes(b"")
    metadata, drop, analyze, kinship = (str(problem) for problem in check_journal(layout))
    assert metadata.endswith("run again, which finishes it")
    assert "has begun to take out a, b and has not ended; to repair it," in drop
    assert drop.endswith(f"tablekin drop {tmp_path} a")
    assert analyze.endswith(f"tablekin analyze {tmp_path}")
    assert kinship.endswith(f"tablekin kinship {tmp_path} --out /elsewhere")


def test_a_damaged_journal_is_a_problem(layout):
    layout.begun("drop").write_text("{")
    (problem,) = check_journal(layout)
    assert "is damaged" in str(problem)

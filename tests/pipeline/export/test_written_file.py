import csv

import pytest

from tablekin.export.written_file import guarded, write_csv
from tests.support.told_corpus import HOSTILE


@pytest.mark.parametrize(
    ("text", "said"),
    [("-3", "-3"), ("+3.5", "+3.5"), ("-3 15", "'-3 15"), ("= 1", "'= 1"), ("a=b", "a=b"), ("−3", "−3")],
)
def test_only_what_may_be_a_formula_is_guarded(text, said):
    assert guarded(text) == said


def test_a_file_of_hostile_texts_has_as_many_cells_as_were_given(tmp_path):
    path = write_csv(tmp_path / "a" / "b.csv", HOSTILE, [HOSTILE, (1, 2.5)])
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert [len(row) for row in csv.reader(file)] == [len(HOSTILE)] * 2 + [2]

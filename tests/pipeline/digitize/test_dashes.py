import numpy as np
import pytest

from tablekin.digitize.dashes import name_dashes
from tablekin.models.networks.marks import MARKS, mark_index
from tablekin.page import MarkDetections


def named(*at: tuple[str, float]) -> str:
    """What marks of these widths are called."""
    boxes = np.array([[0, 0, width, 2] for _, width in at], np.float32).reshape(-1, 4)
    marks = MarkDetections(
        np.array([mark_index(mark) for mark, _ in at], np.int16), np.ones(len(at), np.float32), boxes
    )
    return "".join(MARKS[mark] for mark in name_dashes(marks).mark)


@pytest.mark.parametrize(
    ("plus", "width", "mark"),
    [(26, 17, "–"), (26, 25, "−"), (16, 15.5, "−"), (16, 13, "–"), (0, 13, "–"), (0, 20, "−")],
)
def test_a_minus_is_as_wide_as_a_plus(plus: float, width: float, mark: str) -> None:
    signs = [("+", plus), ("±", plus), ("+", plus)] if plus else []
    for before in "−–":
        assert named(*signs, (before, width)) == "".join(sign for sign, _ in signs) + mark


def test_what_no_width_tells_stays_as_it_was_read() -> None:
    assert named(("−", 16), ("–", 16), ("—", 10), (".", 3)) == "−–—."
    assert named() == ""

import numpy as np
import pytest

from tablekin.leaders import carry_over, name_alike
from tablekin.models.networks.marks import MARKS, mark_index
from tablekin.page import Layout, MarkDetections, Region, RegionKind

RULE = 100


def points(*at: tuple[float, float]) -> MarkDetections:
    """Points around these centres."""
    centres = np.array(at, np.float32)
    boxes = np.concatenate([centres - 2, centres + 2], 1)
    return MarkDetections(np.full(len(at), mark_index("."), np.int16), np.ones(len(at), np.float32), boxes)


def owners(marks: MarkDetections) -> list[int]:
    """The cell, 1 or 2, that each belongs to, of two cells that a rule parts."""
    cells = tuple(
        Region(number, RegionKind.CELL, 0, 0, number - 1, (0.0, 0.0, 0.0, 0.0)) for number in (1, 2)
    )
    outside = Region(0, RegionKind.OUTSIDE, None, None, None, (0.0, 0.0, 0.0, 0.0))
    layout = Layout(True, (outside, *cells), np.zeros((1, 1), np.int32))
    place = np.where(marks.centres[:, 0] < RULE, 1, 2).astype(np.int32)
    return carry_over(marks, place, layout).tolist()


@pytest.mark.parametrize(
    ("beyond", "expected"),
    [
        ([(106, 50)], [1]),  # at the next step
        ([(122, 50), (106, 51)], [1, 1]),  # in any order
        ([(122, 50)], [1]),  # the rule hides one
        ([(138, 50)], [2]),  # too far
        ([(114, 50)], [2]),  # between two steps: a decimal point
        ([(106, 42)], [2]),  # a raised point
    ],
)
def test_points_beyond_the_rule_belong_to_the_leaders_they_go_on(beyond, expected) -> None:
    leaders = [(42, 50), (58, 50), (74, 50), (90, 50)]
    assert owners(points(*leaders, *beyond)) == [1] * 4 + expected


def test_a_few_points_or_points_at_uneven_steps_are_no_leaders() -> None:
    assert owners(points((58, 50), (74, 50), (90, 50), (106, 50))) == [1, 1, 1, 2]
    assert owners(points((20, 50), (58, 50), (74, 50), (90, 50), (106, 50))) == [1, 1, 1, 1, 2]


@pytest.mark.parametrize(
    ("named", "at", "expected"),
    [
        (".··", [(10, 50), (18, 51), (26, 50)], "···"),  # a row
        (".·", [(10, 50), (18, 50)], ".·"),  # too few
        (".··", [(10, 50), (18, 44), (26, 50)], ".··"),  # not at one height
        (".··", [(10, 50), (18, 50), (40, 50)], ".··"),  # not at even steps
        (".····", [(10, 50), (40, 50), (48, 50), (56, 50), (64, 50)], ".····"),
    ],
)
def test_the_points_of_a_row_are_named_alike(named, at, expected) -> None:
    marks = points(*at)
    marks.mark[:] = [mark_index(mark) for mark in named]
    found = name_alike(marks, np.ones(len(at), np.int32))
    assert "".join(MARKS[mark] for mark in found.mark) == expected
    apart = np.arange(len(at), dtype=np.int32)
    assert name_alike(marks, apart).mark.tolist() == marks.mark.tolist()

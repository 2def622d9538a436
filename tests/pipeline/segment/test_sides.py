from __future__ import annotations

import numpy as np
import pytest

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.projection import ProjectionProfile
from tablekin.segment.sides import extend_sideways

METRICS = DigitMetrics(20.0, 13.0, 2.0, 9.4)
ROWS, LEFT, RIGHT, WIDTH = 30, 400.0, 600.0, 1100


def sides(
    ink: dict[tuple[int, int], float] | None = None,
    rules: dict[int, float] | None = None,
    between: float = 0.0,
) -> list[float]:
    """Find the edges of a table from 400 to 600; ink and rules are shares of its rows."""
    profile = ProjectionProfile(0.0, *(np.zeros(WIDTH) for _ in range(4)), ROWS, np.zeros(WIDTH, bool))
    profile.digits[400:600] = ROWS
    for (begin, end), share in (ink or {}).items():
        profile.ink[begin:end] = share * ROWS
        profile.between[begin:end] = between * share * ROWS
    for place, share in (rules or {}).items():
        profile.rules[place] = share * ROWS
    return extend_sideways(profile, np.array([500.0]), LEFT, RIGHT, METRICS).tolist()


def test_a_table_without_anything_beside_it_ends_a_little_beyond_its_digits() -> None:
    assert sides() == [392, 500, 608]


def test_a_rule_beside_the_digits_ends_the_table() -> None:
    assert sides(rules={385: 0.9, 612: 0.9}) == pytest.approx([385, 500, 613], abs=1)


@pytest.mark.parametrize("gap", [4, 60])
def test_words_beside_the_digits_are_a_column(gap: int) -> None:
    found = sides(ink={(610 + gap, 760): 0.5})
    assert len(found) == 4
    assert 600 < found[2] <= 610 + gap
    assert found[3] == pytest.approx(760, abs=0.5 * METRICS.height)


def test_words_beyond_a_wide_gap_are_none_of_the_tables_but_leaders_may_be_missing() -> None:
    assert sides(ink={(720, 800): 0.4}) == [392, 500, 608]
    assert len(sides(ink={(720, 800): 0.6})) == 4
    assert sides(ink={(960, 1050): 0.6}) == [392, 500, 608]


def test_stains_and_the_edge_of_the_page_are_no_words() -> None:
    assert sides(ink={(620, 760): 0.5}, between=0.9) == [392, 500, 608]
    assert sides(ink={(620, 1000): 1.0}) == [392, 500, 608]


def test_a_rule_between_two_columns_of_words_divides_them() -> None:
    found = sides(ink={(620, 700): 0.5, (730, 800): 0.5}, rules={715: 0.9, 606: 0.9})
    assert found == pytest.approx([392, 500, 607, 715, 808], abs=2)

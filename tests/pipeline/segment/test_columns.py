from __future__ import annotations

import numpy as np
import pytest

from tablekin.segment.columns import ColumnEdges, column_edges
from tablekin.segment.context import find_context
from tablekin.segment.dewarping import STEP, Dewarping
from tablekin.segment.observations import observe_page
from tests.support.printed_table import Printed, print_table

SHAPE = (1200, 1100)


def columns_of(page: Printed, rows: int, pitch: float = 30.0) -> tuple[ColumnEdges, np.ndarray, np.ndarray]:
    """Find the columns of a table that begins at 150, on a page that is flat."""
    working, truth = page.page()
    seen = observe_page(working)
    y, x = np.mgrid[0 : SHAPE[0] + STEP : STEP, 0 : SHAPE[1] + STEP : STEP].astype(np.float32)
    flat = Dewarping(x, y, np.zeros(10))
    limits = (0.0, 0.0, float(SHAPE[1]), float(SHAPE[0]))
    context = find_context(flat, working.digits, seen.ruling, seen.letters, seen.metrics, limits)
    edges = 150 + pitch * (np.arange(rows + 1) + 0.2)
    u = working.digits.centres[:, 0]
    found = column_edges(
        working.digits,
        seen.near.number,
        u,
        truth[:, 1],
        edges,
        context,
        seen.ruling.text,
        seen.units,
        seen.metrics,
    )
    return found, u, truth


@pytest.mark.parametrize(("rules", "ruled"), [("none", 0.0), ("columns", 1.0)])
def test_every_digit_is_between_the_edges_of_its_column(rules: str, ruled: float) -> None:
    page = Printed(np.random.default_rng(0), SHAPE)
    print_table(page, 120, 150, 24, ["99", "9·99", "???9", "99"], rules=rules)
    found, u, truth = columns_of(page, 24)
    assert (np.searchsorted(found.edges, u) - 1).tolist() == truth[:, 2].tolist()
    assert len(found.edges) == 5
    assert found.ruled == ruled
    assert found.openness == 1


def test_stray_digits_beside_a_table_are_in_no_column() -> None:
    page = Printed(np.random.default_rng(1), SHAPE)
    right, _ = print_table(page, 120, 150, 24, ["99", "99"], rules="none")
    page.number("7", right + 150, 300, (0, 4, 2))
    assert len(columns_of(page, 24)[0].edges) == 3

"""Cell errors: in which of two cells that correspond stands what should not, by what the documents should say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.cell_columns import SAME, VARIANT, Integers
from tablekin.collation.collation import Collation
from tablekin.collation.expected_cells import ExpectedCells
from tablekin.collation.grid import Grid
from tablekin.collation.value_relations import same_at
from tablekin.collation.values import Text

UNKNOWN = "unknown"
_IN_A, _IN_B, _IN_BOTH, _IN_NONE, _IN_UNKNOWN = range(5)
_WORDS = np.array(["a", "b", "both", "none", UNKNOWN], object)
Cells = tuple[Integers, Integers]  # rows and columns, (cells,)
Mask = NDArray[np.bool_]


def find_errors(
    collation: Collation, cells: Cells, cells_b: Cells, relation: NDArray[np.uint8], is_alike: Mask
) -> tuple[Text, Text]:
    """Judge cells that correspond.

    Parameters
    ----------
    collation
        Of two tables.
    cells, cells_b
        Where they stand in table a, and in table b as it was aligned.
    relation
        ``(cells,)``.
    is_alike
        ``(cells,)``, whether they hold the same places of a value.

    Returns
    -------
    computed, error_in
        ``(cells,)``: digits, as due in the cell of a where that is known; a, b, both, none or unknown.
    """
    a, b = collation.a, collation.aligned_b
    expected, expected_b = collation.expected
    due, due_b = expected.cells.at(a.region[cells]), expected_b.cells.at(b.region[cells_b])
    computed = np.where(due >= 0, expected.cells.texts[due], expected_b.cells.texts[due_b])
    own, other = (expected.cells, due), (expected_b.cells, due_b)
    lent, lent_b = (
        (expected.cells, np.where(is_alike, due, -1)),
        (expected_b.cells, np.where(is_alike, due_b, -1)),
    )
    is_known, is_right = _hold(a, cells, own, lent_b)
    is_known_b, is_right_b = _hold(b, cells_b, other, lent)
    is_judged = is_known & is_known_b & ((relation == SAME) | (relation == VARIANT))
    is_same, is_wrong = relation == SAME, expected.is_wrong(due) | expected_b.is_wrong(due_b)
    found = np.full(len(relation), _IN_UNKNOWN)
    found[is_judged & is_right & is_right_b & is_same] = _IN_NONE
    found[is_judged & is_right & ~is_right_b & ~is_same] = _IN_B
    found[is_judged & ~is_right & is_right_b & ~is_same] = _IN_A
    found[is_judged & ~is_right & ~is_right_b & is_wrong] = _IN_BOTH
    return computed, _WORDS[found]


def _hold(grid: Grid, cells: Cells, *dues: tuple[ExpectedCells, Integers]) -> tuple[Mask, Mask]:
    """Tell of which cells of a table it is known what is due, and which hold it; ``(2, cells)``.

    Parameters
    ----------
    grid, cells
        The table, and where the cells stand.
    dues
        What is due by a document, and by which of its cells, ``(cells,)``; -1 where it says nothing, and the next does.
    """
    texts = grid.numbered.place[cells]
    is_known, is_held = np.zeros(len(texts), bool), np.zeros(len(texts), bool)
    for expected, at in dues:
        asked = (at >= 0) & ~is_known
        if asked.any():
            numbered = expected.numbered
            is_held[asked] = same_at(
                grid.numbered.vocabulary, texts[asked], numbered.vocabulary, numbered.place[at[asked]]
            )
            is_known |= asked
    return is_known, is_held

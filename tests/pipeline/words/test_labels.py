"""What the words of a page say of its regions."""

import numpy as np
import pandas as pd

from tablekin.page import Layout, Region
from tablekin.words.labels import in_lines, label_regions

SIZE = 400  # a header of 100 pixels, and three rows and four columns of cells of 100 below it
HEADER, ROWS, COLUMNS, CELLS = 1, range(2, 5), range(5, 9), range(9, 21)


def page_of_twelve_cells():
    def box(row, col):
        return (100.0 * col, 100.0 * row + 100, 100.0 * col + 100, 100.0 * row + 200)

    regions = [Region(0, "outside", None, None, None, (0, 0, SIZE, SIZE))]
    regions += [Region(HEADER, "header", 0, None, None, (0, 0, SIZE, 100))]
    regions += [
        Region(n, "row", 0, k, None, (0, box(k, 0)[1], SIZE, box(k, 0)[3])) for k, n in enumerate(ROWS)
    ]
    regions += [
        Region(n, "column", 0, None, k, (box(0, k)[0], 100, box(0, k)[2], SIZE))
        for k, n in enumerate(COLUMNS)
    ]
    regions += [Region(n, "cell", 0, k // 4, k % 4, box(k // 4, k % 4)) for k, n in enumerate(CELLS)]
    return Layout(True, tuple(regions), np.zeros((SIZE, SIZE), np.int32))


def words(*given):
    """Make words of 20 pixels: text, x, y and region."""
    rows = [(text, x, y, x + 12.0 * len(text), y + 20.0, region) for text, x, y, region in given]
    return pd.DataFrame(rows, columns=["text", "x0", "y0", "x1", "y1", "region_id"]).assign(confidence=0.9)


def labels_of(*given):
    layout = page_of_twelve_cells()
    found = label_regions(layout, in_lines(words(*given)))
    return {region.region_id: label for region, label in zip(layout.regions, found, strict=True) if label}


def test_words_are_read_line_by_line_although_their_boxes_are_not_level():
    given = words(
        ("due", 60, 54, 0), ("unus", 0, 3, 0), ("duo", 60, 0, 0), ("una", 0, 50, 0), ("solus", 5, 0, 1)
    )
    lines = in_lines(given)
    assert list(zip(lines["text"], lines["line"], lines["region_id"], strict=True)) == [
        ("unus", 0, 0),
        ("duo", 0, 0),
        ("una", 1, 0),
        ("due", 1, 0),
        ("solus", 0, 1),
    ]
    assert in_lines(given.iloc[:0]).empty


def test_a_row_has_the_words_of_its_cells_from_left_to_right():
    found = labels_of(
        ("dub.", 310, 150, CELLS[3]), ("Aries", 10, 150, CELLS[0]), ("Taurus", 10, 250, CELLS[4])
    )
    assert found == {
        CELLS[0]: "Aries",
        CELLS[3]: "dub.",
        CELLS[4]: "Taurus",
        ROWS[0]: "Aries dub.",
        ROWS[1]: "Taurus",
    }


def test_a_column_has_what_stands_above_it():
    found = labels_of(
        ("Dies", 20, 60, HEADER),
        ("Declinatio", 140, 20, HEADER),  # above the second and the third column
        ("G.", 140, 60, HEADER),
        ("M.", 240, 60, HEADER),
    )
    assert found[HEADER] == "Declinatio Dies G. M."
    assert [found.get(number, "") for number in COLUMNS] == ["Dies", "Declinatio G.", "Declinatio M.", ""]


def test_a_title_is_no_heading_of_columns():
    found = labels_of(
        *(
            (word, 20 + 70 * k, 10, HEADER)
            for k, word in enumerate(["Tabul", "decli", "natio", "solis", "ann."])
        )
    )
    assert found == {HEADER: "Tabul decli natio solis ann."}


def test_a_heading_narrower_than_its_column_is_of_that_column_alone():
    assert labels_of(("h", 190, 60, HEADER))[COLUMNS[1]] == "h"

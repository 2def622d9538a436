"""An analysis that needs no network: a page with a page number, a table with a head, and the digits of each text.

The page is set upright and then turned as its first pixel says: 0, 1, 2 or 3 quarters clockwise. A first pixel of 9
stands for a page without anything.
"""

import numpy as np
import pandas as pd

from tests.support import table_stages

SIZE = (300, 200)  # width and height of the upright page
DIGIT = (8, 12)  # width and height of a digit
HEAD = "1 2 3"
NUMBER = "17"
CELLS = [["1", "6° 30′", "−2·5"], ["2", "", "½ ″"], ["3", "12 04", "9\x011"]]
ADVANCE = 10  # from a character to the next
ROW, COLUMN = 30, 80  # size of a cell
TABLE = (20, 60)  # its left upper corner, below the head


def turned(box, quarters):
    """Turn a box of the upright page clockwise."""
    width, height = SIZE
    x0, y0, x1, y1 = box
    for _ in range(quarters):
        x0, y0, x1, y1 = height - y1, x0, height - y0, x1
        width, height = height, width
    return x0, y0, x1, y1


def texts():
    """Yield kind, row, column, box and text of each region that has one, on the upright page."""
    left, top = TABLE
    yield "page_number", None, None, (250, 0, 290, 30), NUMBER
    yield "header", None, None, (left, top - ROW, left + 3 * COLUMN, top), HEAD
    for row, cells in enumerate(CELLS):
        for col, text in enumerate(cells):
            x, y = left + col * COLUMN, top + row * ROW
            yield "cell", row, col, (x, y, x + COLUMN, y + ROW), text


def digit_boxes(box, text):
    """Yield each digit of a text and its box on the upright page."""
    for place, character in enumerate(text):
        if character in "0123456789":
            x, y = box[0] + 6 + place * ADVANCE, box[1] + 9
            yield int(character), (x, y, x + DIGIT[0], y + DIGIT[1])


def analyse(image, doc_id, config, device):
    """Make the tables of a page."""
    tables = table_stages.analyse(image, doc_id, config, device)
    quarters = int(image[0, 0])
    outside = tables["regions"].iloc[:1]
    regions, digits = [], []
    for region_id, (kind, row, col, box, text) in enumerate(texts() if quarters < 4 else (), 1):
        place = dict(zip(("x0", "y0", "x1", "y1"), map(float, turned(box, quarters)), strict=True))
        read = "".join(character for character in text if character in "0123456789 ").strip()
        table_id = None if kind == "page_number" else 0
        regions.append(
            {
                **{"doc_id": doc_id, "region_id": region_id, "kind": kind, "table_id": table_id},
                **{
                    "row": row,
                    "col": col,
                    **place,
                    "text": read,
                    "confidence": 0.9,
                    "printed": text,
                    "value": np.nan,
                },
            }
        )
        for number, (digit, found) in enumerate(digit_boxes(box, text)):
            place = dict(zip(("x0", "y0", "x1", "y1"), turned(found, quarters), strict=True))
            other = {"other": 7, "other_score": 0.125} if number == 0 else {"other": -1, "other_score": 0.0}
            digits.append(
                {"doc_id": doc_id, "digit": digit, "score": 0.75, **place, "region_id": region_id, **other}
            )
    width, height = SIZE if quarters % 2 == 0 else SIZE[::-1]
    matrix = {  # from the upright page, which is the frame in which it was read, to the scan
        0: [1, 0, 0, 0, 1, 0],
        1: [0, -1, width, 1, 0, 0],
        2: [-1, 0, width, 0, -1, height],
        3: [0, 1, 0, -1, 0, height],
    }
    page = tables["pages"].assign(orientation=90 * (quarters % 4), digit_height=12.0)
    page["transform"] = [[float(value) for value in matrix[quarters % 4]]]
    made = pd.DataFrame(regions, columns=outside.columns) if regions else outside.iloc[:0]
    whole = pd.DataFrame([{**outside.iloc[0].to_dict(), "x1": float(width), "y1": float(height)}])
    made = pd.concat([whole, made]).astype({"table_id": "Int32", "row": "Int32", "col": "Int32"})
    found = pd.DataFrame(digits, columns=tables["digits"].columns)
    factors = (
        tables["factors"].assign(region_id=0).groupby(["doc_id", "region_id", "feature"], as_index=False)
    )
    return tables | {"pages": page, "regions": made, "digits": found, "factors": factors["relevance"].sum()}


def write_scan(path, quarters):
    """Write a picture from which that page is made."""
    from PIL import Image

    width, height = SIZE if quarters % 2 == 0 else SIZE[::-1]
    image = np.full((height, width), 255, np.uint8)
    image[0, 0] = quarters
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)

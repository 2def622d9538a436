"""What is found is what a search through every cell of every table finds."""

import itertools

import numpy as np
import pandas as pd
import pytest

from tablekin.corpus import CorpusLayout
from tablekin.corpus.parts import write_part
from tablekin.find import open_index, parse_query, search
from tablekin.find.query import read_value
from tablekin.schemas import to_arrow

SEED = 7


def random_regions(rng, documents):
    """Tables of few numbers, of which many stand in one cell here and in two there."""
    rows = []
    for number in range(documents):
        region = itertools.count(1)
        for table in range(rng.integers(1, 3)):
            for row in range(rng.integers(2, 7)):
                for col in range(rng.integers(1, 5)):
                    groups = [
                        str(rng.choice([1, 2, 3, 4, 5, 6, 7, 12, 34])) for _ in range(rng.integers(0, 3))
                    ]
                    rows.append((f"page{number}", next(region), "cell", table, row, col, " ".join(groups)))
        rows.append((f"page{number}", 0, "outside", None, None, None, ""))
    names = ["doc_id", "region_id", "kind", "table_id", "row", "col", "text"]
    frame = pd.DataFrame(rows, columns=names)
    whole = dict.fromkeys(["table_id", "row", "col"], "Int32")
    value = frame["text"].map(lambda text: float(text) if text.isdigit() else np.nan)
    blank = dict.fromkeys(["x0", "y0", "x1", "y1", "confidence"], 0.0)
    return frame.astype(whole).assign(value=value, printed=frame["text"], **blank)


class Shelf:
    """A corpus that has regions alone."""

    def __init__(self, root, regions):
        self.root, self.layout = root, CorpusLayout(root)
        self.write(regions)

    def write(self, regions):
        self.root.mkdir(exist_ok=True)
        half = len(regions) // 2
        for number, part in enumerate((regions[:half], regions[half:])):
            write_part(self.layout.part("regions", f"part-{number:05d}.parquet"), to_arrow("regions", part))


@pytest.fixture
def shelf(tmp_path):
    regions = random_regions(np.random.default_rng(SEED), 40)
    return Shelf(tmp_path / "corpus", regions), regions


def distance(one, other):
    """Levenshtein's distance, by its definition."""
    if not one or not other:
        return len(one) + len(other)
    return min(
        distance(one[1:], other) + 1,
        distance(one, other[1:]) + 1,
        distance(one[1:], other[1:]) + (one[0] != other[0]),
    )


def fits(texts, number, within_digit, tolerance):
    """Tell whether cells side by side have a number: None, or whether exactly."""
    groups = number.split()
    if tolerance is not None:
        if len(texts) > 1:
            return None
        off = abs(read_value(texts[0]) - read_value(number))
        return off < 1e-9 if off <= tolerance + 1e-9 else None
    exact = texts == groups if len(texts) > 1 else texts[0].split() == groups
    if exact or not within_digit:
        return True if exact else None
    if len(texts) == 1:
        return False if distance(texts[0].replace(" ", ""), "".join(groups)) <= 1 else None
    off = [distance(text, group) if " " not in text else 9 for text, group in zip(texts, groups, strict=True)]
    return False if sum(off) == 1 else None


def brute_force(regions, numbers, along, within_digit=False, tolerance=None):
    """Try every cell as the first."""
    cells = regions[(regions["kind"] == "cell") & (regions["text"] != "")]
    text = {
        (doc, table, row, col): each
        for doc, table, row, col, each in zip(
            *(cells[name] for name in ("doc_id", "table_id", "row", "col", "text")), strict=True
        )
    }
    found = set()
    for first in text:
        ends = {(first, True)}
        for number in numbers:
            after = set()
            for (doc, table, row, col), exact in ends:
                for width in {1, len(number.split())}:
                    places = [(doc, table, row, col + k) for k in range(width)]
                    if not all(place in text for place in places):
                        continue
                    kind = fits([text[place] for place in places], number, within_digit, tolerance)
                    if kind is not None:
                        step = (
                            (doc, table, row, col + width) if along == "row" else (doc, table, row + 1, col)
                        )
                        after.add((step, exact and kind))
            ends = after
        if ends:
            found.add((*first, any(exact for _, exact in ends)))
    return found


@pytest.mark.parametrize(
    "options",
    [{}, {"within_digit": True}, {"tolerance": 0.0}, {"tolerance": 0.55}, {"tolerance": 2.0}],
    ids=str,
)
@pytest.mark.parametrize(
    "numbers", [("3",), ("3 4",), ("3", "4"), ("5 6", "7"), ("1", "2 3"), ("12", "1", "2"), ("3 4 5",)]
)
def test_what_is_found_is_what_a_search_of_all_cells_finds(shelf, numbers, options):
    corpus, regions = shelf
    index = open_index(corpus, lambda line: None)
    for along in ("column", "row"):
        found = search(index, parse_query(numbers, along=along, **options))
        places = zip(*(found[name] for name in ("doc_id", "table_id", "row", "col", "is_exact")), strict=True)
        expected = brute_force(regions, numbers, along, **options)
        assert set(places) == expected
        assert expected or len(numbers) + len(numbers[0].split()) > 2
        assert not found.duplicated(["doc_id", "table_id", "row", "col"]).any()
        assert found["is_exact"].is_monotonic_decreasing


def test_readings_and_regions_are_those_of_the_table(shelf):
    corpus, regions = shelf
    index = open_index(corpus, lambda line: None)
    known = regions.set_index(["doc_id", "table_id", "row", "col"])
    for number in ("3 4", "3"):
        found = search(index, parse_query([number]))
        assert len(found)
        for place in found.itertuples():
            row = known.loc[(place.doc_id, place.table_id, place.row, place.col)]
            assert place.region_id == row["region_id"]
            assert place.text == number
            assert place.text.startswith(row["text"])
    both = search(index, parse_query(["3", "4"]))
    assert {*both["along"]} <= {"row", "column"}
    assert {*both["text"]} == {"3 | 4"}

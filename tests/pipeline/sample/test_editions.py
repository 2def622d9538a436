from collections import Counter
from itertools import islice

import numpy as np
import pytest

from tablekin.sample.editions import draw_editions
from tablekin.sample.typesetting.headings import read_lexicon
from tablekin.sample.typesetting.layout import JOINT, arrange_pages
from tablekin.sample.works.catalogue import draw_works
from tablekin.sample.works.misprints import apply


@pytest.fixture(scope="module")
def printings():
    rng = np.random.default_rng(3)
    return [
        (chosen.work, draw_editions(chosen.work, f"work{number}", 5, rng))
        for number, chosen in enumerate(islice(draw_works(rng), 48))
    ]


def printed_values(work, edition):
    """Every value on the pages of an edition, found by taking its columns apart again."""
    lexicon = read_lexicon("la")
    values = {}
    pages = arrange_pages(work, apply(work, edition.misprints), edition.layout, lexicon, 0)
    for table in (table for page in pages for table in page):
        for key, row in zip(table.row_keys, table.cells, strict=True):
            for column, text in zip(table.columns, row, strict=True):
                keys = column.key.split(JOINT)
                texts = text.split(edition.layout.joint) if len(keys) > 1 else [text]
                values |= dict(zip(((key, place) for place in keys), texts, strict=True))
    return values


def test_an_edition_prints_the_values_of_the_work(printings):
    for work, editions in printings:
        for edition in editions:
            wrong = {(work.row_keys[one.row], work.column_keys[one.place]) for one in edition.misprints}
            values = printed_values(work, edition)
            for (row, column), text in values.items():
                correct = work.cells[work.row_keys.index(row)][work.column_keys.index(column)]
                if (row, column) in wrong:
                    assert int(text) != int(correct)
                elif correct.isdecimal():
                    assert int(text) == int(correct)


def test_a_child_prints_nothing_that_its_parent_lacks(printings):
    lost = 0
    for work, editions in printings:
        by_key = {edition.key: edition for edition in editions}
        for edition in editions[1:]:
            child, parent = (printed_values(work, one).keys() for one in (edition, by_key[edition.parent]))
            assert child <= parent
            lost += child < parent
    assert lost > 0


def test_pages_hold_at_most_what_a_page_can(printings):
    for work, editions in printings:
        for edition in editions:
            for tables in arrange_pages(work, work.cells, edition.layout, read_lexicon("la"), 0):
                texts = [text for table in tables for row in table.cells for text in row]
                assert 60 <= sum(letter.isdecimal() for letter in "".join(texts)) <= 1000


def test_misprints_descend_along_the_tree(printings):
    fate = Counter()
    for _, editions in printings:
        by_key = {edition.key: edition for edition in editions}
        for edition in editions:
            parent = by_key[edition.parent] if edition.parent else None
            inherited = {one for one in edition.misprints if one.introduced_in != edition.key}
            assert inherited <= set(parent.misprints if parent else ())
            fate["inherited"] += len(inherited)
            fate["lost"] += len(parent.misprints if parent else ()) - len(inherited)
            fate["new"] += len(edition.misprints) - len(inherited)
            if parent:
                assert edition.year > parent.year
    assert fate["inherited"] > 2 * fate["lost"] > 0
    assert fate["new"] > 0

from collections import Counter
from itertools import islice, pairwise

import numpy as np
import pytest

from tablekin.sample.typesetting.headings import LANGUAGES, read_lexicon
from tablekin.sample.typesetting.layout import JOINT, arrange_pages
from tablekin.sample.works.catalogue import FAMILIES, draw_works
from tablekin.sample.works.editions import draw_editions
from tablekin.sample.works.misprints import KINDS, apply, misprint


@pytest.fixture(scope="module")
def printings():
    rng = np.random.default_rng(3)
    return [
        (work, draw_editions(work, f"work{number}", 5, rng))
        for number, work in enumerate(islice(draw_works(rng), 48))
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


def test_every_family_fills_its_columns():
    rng = np.random.default_rng(0)
    for draw in FAMILIES.values():
        work = draw(rng)
        assert {len(row) for row in work.cells} == {len(work.column_keys)}
        assert len(work.cells) == len(set(work.row_keys)) == len(work.row_keys)
        assert len(set(work.column_keys)) == len(work.column_keys)


def test_works_are_different_and_of_many_families():
    works = list(islice(draw_works(np.random.default_rng(5)), 160))
    assert len({work.key for work in works}) == 160
    assert len({work.cells for work in works}) == 160
    assert min(Counter(work.family for work in works).values()) >= 2
    assert len({work.family for work in works}) >= 16


def test_titles_and_headings_exist_in_every_language():
    works = list(islice(draw_works(np.random.default_rng(5)), 160))
    for lexicon in map(read_lexicon, LANGUAGES):
        for work in works:
            for printer in range(6):
                names = [lexicon.translate(quantity.name, printer) for quantity in work.quantities]
                words = [lexicon.title(work, printer), *names]
                words += [lexicon.terms[unit][0] for q in work.quantities for unit in q.units if unit]
                assert not set("".join(words)) & set("@{}")
                assert words[0]


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


@pytest.mark.parametrize("kind", KINDS)
def test_a_misprint_is_what_its_kind_says(kind):
    rng = np.random.default_rng(2)
    cells = [["4711", "29"], ["1066", "80"], ["1543", "57"]]
    seen = 0
    for _ in range(300):
        row, place = int(rng.integers(3)), int(rng.integers(2))
        printed = misprint(cells, row, place, kind, rng)
        if printed is None:
            continue
        seen += 1
        correct = cells[row][place]
        changed = sum(a != b for a, b in zip(printed, correct, strict=True))
        if kind == "transposed":
            assert sorted(printed) == sorted(correct)
            assert changed == 2
        elif kind == "wrong line":
            near = [cells[other][place] for other in (row - 1, row + 1) if 0 <= other < 3]
            assert printed in near
        else:
            assert changed == 1
        if kind == "repeated":
            assert any(a == b for a, b in pairwise(printed))
    assert seen > 100


def test_letters_are_never_misprinted():
    assert misprint([["@april"], ["cb"]], 1, 0, "substituted", np.random.default_rng(0)) is None

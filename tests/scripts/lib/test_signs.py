"""Signs of copying in planned pages: against the texts that the pages print."""

import itertools

from lib.alike import pairs_of_works
from lib.signs import signs_of

from tablekin.sample.plan import plan_archive
from tablekin.sample.typesetting.layout import JOINT


def printed(page):
    """Texts of the columns that hold one place, by row and column of the work."""
    return {
        (key, column.key): text.lstrip("0") or "0"
        for table in page.content.tables
        for key, row in zip(table.row_keys, table.cells, strict=True)
        for column, text in zip(table.columns, row, strict=True)
        if JOINT not in column.key and text.isdecimal()
    }


def test_authors_computed_otherwise_where_pages_differ_that_nobody_misprinted():
    plan = plan_archive(30, 772231, 25)
    signs, pages = signs_of(plan), {page.doc: page for page in plan.pages}
    counted = dict.fromkeys((True, False), 0)
    for (a, b), known in pairs_of_works(plan).items():
        here, there = printed(pages[a]), printed(pages[b])
        if signs[a].places != here.keys() or signs[b].places != there.keys():
            continue  # columns that hold several places, letters
        wrong = signs[a].misprinted.keys() | signs[b].misprinted.keys()
        differing = [place for place in (here.keys() & there.keys()) - wrong if here[place] != there[place]]
        found = signs[a].beside(signs[b])
        misprinted = (signs[a].misprinted.keys() & signs[b].misprinted.keys()) & here.keys() & there.keys()
        assert found["apart"] >= len(differing)
        assert found["apart"] <= len(differing) + len(wrong)
        assert found["inherited"] >= sum(here[place] == there[place] for place in misprinted)
        if known["copied"]:
            assert not differing and found["apart"] == 0
        counted[known["copied"]] += 1
    assert min(counted.values()) >= 5


def test_a_page_has_all_signs_in_common_with_itself():
    plan = plan_archive(20, 772232, 20)
    for signs in itertools.islice(signs_of(plan).values(), 10):
        own = {place for place in (*signs.computed, *signs.misprinted) if place in signs.places}
        assert signs.beside(signs)["apart"] == 0
        assert signs.beside(signs)["inherited"] >= len(own)

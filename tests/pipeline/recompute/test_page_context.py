"""Pages that were divided into more tables than they have; Easter is that of the package dateutil."""

from dateutil.easter import EASTER_WESTERN, easter

from tests.pipeline.recompute.tables import declination_of, functions, page, places


def test_easter_in_a_table_without_its_years():
    years = range(1683, 1703)
    days = [[str(easter(year, EASTER_WESTERN).day)] for year in years]
    cycles = [[str(year % 19 + 1), str((year - 313) % 15 + 1), str(year)] for year in years]
    assert functions(page(days, cycles)) == {
        (0, 0): "Easter, new style",
        (1, 0): "golden number",
        (1, 1): "indiction",
    }


def test_a_sign_that_stands_alone_was_computed_with_the_obliquity_of_the_one_beside_it():
    """Aries runs nearly straight, and a quarter of it is misread: by itself it says too little."""
    gemini = [
        [str(30 - degree), *places(declination_of(60 + degree, 23.85), (60,))] for degree in range(1, 31)
    ]
    aries = [[*places(declination_of(degree, 23.85), (60,)), str(degree)] for degree in range(1, 31)]
    misread = {5: "295", 11: "440", 12: "518", 13: "537", 20: "839", 22: "905", 24: "900"}
    for row, text in misread.items():
        aries[row][:2] = [text[:-2], text[-2:]]
    assert functions(page(gemini, aries)) == {(0, 1): "declination", (1, 0): "declination"}


def test_what_prints_nothing_of_the_page_is_not_explained_by_it():
    years = range(1683, 1703)
    numbers = [[str((7 * year * year + 3 * year) % 31)] for year in years]
    cycles = [[str(year % 19 + 1), str((year - 313) % 15 + 1), str(year)] for year in years]
    assert (0, 0) not in functions(page(numbers, cycles))

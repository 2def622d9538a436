"""Tables of products whose authors slipped: the columns beside a column tell by what it was multiplied."""

from tablekin.recompute import recompute
from tablekin.recompute.table_text import from_rows


def find(rows):
    """Functions and factors by column."""
    return {
        finding.quantities[one.quantity].columns[0][1]: (finding.function.name, one.value)
        for finding in recompute([from_rows(rows)]).findings
        for one in finding.parameters
    }


def test_slips_that_were_carried_on_make_no_other_line_of_a_column_of_products():
    """Each column has one value computed anew in the middle; before and after it a slip is carried on."""
    slips = {37: (6, 20, -1), 38: (6, 26, -1), 39: (8, 29, -1), 40: (0, 0, 0), 41: (12, 33, 1)}
    rows = [
        [
            str(x),
            *(str(factor * x + slip * (first < x < last)) for factor, (first, last, slip) in slips.items()),
        ]
        for x in range(1, 33)
    ]
    assert find(rows) == {column: ("product", 36 + column) for column in range(1, 6)}


def test_sixtieths_of_products_are_multiples_of_numbers_that_go_on():
    """The column of the sevens is a mean motion, nearly: the author went on from 48 by sevens until he came to 70."""

    def product(factor: int, x: int) -> list[str]:
        value = factor * x - (factor == 7 and x >= 7) - 2 * (factor == 9 and 4 <= x < 17)
        return [str(value // 60), str(value % 60)]

    rows = [
        [str(x), *(cell for factor in (5, 7, 8, 9, 10) for cell in product(factor, x))] for x in range(1, 19)
    ]
    assert find(rows) == {1 + 2 * at: ("product", factor) for at, factor in enumerate((5, 7, 8, 9, 10))}


def test_noughts_before_a_count_are_the_sixties_of_a_product_by_one():
    rows = [
        [str(x), *(str(part) for factor in (8, 9, 10, 1, 2, 3) for part in divmod(factor * x, 60))]
        for x in range(1, 19)
    ]
    assert find(rows) == {1 + 2 * at: ("product", factor) for at, factor in enumerate((8, 9, 10, 1, 2, 3))}


def test_a_count_among_products_is_the_product_by_one():
    """One table is entered at its left side and goes on to 12 before it begins anew; one has its argument twice."""
    rows = [[str(x), *(str(factor * x) for factor in (11, 12, 1, 2, 3, 4, 5))] for x in range(1, 25)]
    assert find(rows) == {1 + at: ("product", factor) for at, factor in enumerate((11, 12, 1, 2, 3, 4, 5))}
    rows = [[str(x), *(str(factor * x) for factor in (2, 3, 4, 5)), str(x)] for x in range(1, 25)]
    assert find(rows) == {1 + at: ("product", factor) for at, factor in enumerate((2, 3, 4, 5))}


def test_a_column_between_multiples_is_one_though_its_author_was_off_in_half_of_it():
    """The threes are one too much until the tenth row."""
    rows = [
        [str(x), *(str(factor * x + (factor == 3 and x < 11)) for factor in (2, 3, 4, 5, 6))]
        for x in range(1, 25)
    ]
    assert find(rows) == {1 + at: ("product", factor) for at, factor in enumerate((2, 3, 4, 5, 6))}

import itertools

import numpy as np

from tablekin.collation.edit_distance import within_one_edit
from tablekin.collation.joined_texts import join_texts
from tablekin.collation.value_matches import NEAR, SAME, SAME_BARE, SAME_NUMBER, match_values
from tablekin.collation.value_relations import near_at, same_at, same_between
from tablekin.collation.values import as_groups, as_number, is_same_value, without_zeros
from tablekin.collation.vocabulary import NOTHING, number_texts


def table(seed, rows=14, columns=8):
    """Texts of few digits and up to three groups, some of them empty."""
    rng = np.random.default_rng(seed)
    return np.array(
        [
            [
                " ".join(
                    "".join(rng.choice(list("00112"), rng.integers(1, 5))) for _ in range(rng.integers(0, 4))
                )
            ]
            for _ in range(rows * columns)
        ],
        object,
    ).reshape(rows, columns)


def codes_agree(texts, codes):
    """Whether two codes are equal where the texts are, and only there; empty texts have that of nothing."""
    known = {}
    for text, code in zip(texts, codes, strict=True):
        assert known.setdefault(text, code) == code, text
    return len(set(known.values())) == len(known) and known.get("", NOTHING) == NOTHING


def test_codes_are_equal_where_numbers_and_groups_are():
    text = table(0)
    vocabulary, place = number_texts(text)
    for form, codes in (
        (as_number, vocabulary.number),
        (as_groups, vocabulary.groups),
        (lambda one: one.replace(" ", "").replace("0", ""), vocabulary.bare),
    ):
        assert codes_agree([form(one) for one in text.flat], codes[place].ravel())
    numbers = [as_number(one) for one in text.flat]
    assert vocabulary.digits[place].ravel().tolist() == [len(one) for one in numbers]
    assert vocabulary.significant[place].ravel().tolist() == [len(one.rstrip("0")) for one in numbers]


def test_joined_texts_are_those_of_neighbouring_columns_with_spaces_between():
    text = table(1)
    columns = text.shape[1]
    joined = [
        " ".join(filter(None, row[first : first + count])) if first + count <= columns else ""
        for count in range(1, 5)
        for row in text
        for first in range(columns)
    ]
    together = join_texts(number_texts(text), 4)
    assert [signs.tobytes().rstrip(b"\0").decode() for signs in together.raw] == joined
    one_by_one = number_texts(np.array(joined, object))
    for form in ("number", "groups", "bare", "value", "digits", "significant", "bare_digits", "spaces"):
        expected = getattr(one_by_one.vocabulary, form)[one_by_one.place]
        np.testing.assert_array_equal(getattr(together, form), expected, err_msg=form)


def test_a_table_of_one_column_has_nothing_to_join():
    together = join_texts(number_texts(np.array([["12"], [""]], object)), 4)
    assert [signs.tobytes().rstrip(b"\0") for signs in together.raw] == [b"12", *[b""] * 7]


def kind_by_hand(one, other):
    if not one or not other:
        return None
    if as_groups(one) == as_groups(other):
        return SAME
    if as_number(one) == as_number(other):
        return SAME_NUMBER
    if without_zeros(one) and without_zeros(one) == without_zeros(other):
        return SAME_BARE
    return NEAR if within_one_edit(as_number(one), as_number(other)) else None


def test_texts_that_match_are_those_found_by_comparing_each_with_each():
    one, other = (list(dict.fromkeys(table(seed).flat)) for seed in (2, 3))
    vocabularies = (number_texts(np.array(texts, object)[:, None]).vocabulary for texts in (one, other))
    found = {(one[i], other[j]): kind for i, j, kind in zip(*match_values(*vocabularies), strict=True)}
    expected = {pair: kind_by_hand(*pair) for pair in itertools.product(one, other)}
    assert found == {pair: kind for pair, kind in expected.items() if kind is not None}
    assert {*found.values()} == {SAME, SAME_NUMBER, SAME_BARE, NEAR}


def test_texts_of_one_value_are_told_as_python_tells_them():
    one, other = table(4).ravel(), table(5).ravel()
    a, b = number_texts(one[:, None]), number_texts(other[:, None])
    place_a, place_b = a.place[:, 0], b.place[:, 0]
    expected = [bool(x and y) and is_same_value(x, y) for x, y in itertools.product(one, other)]
    found = same_between(a.vocabulary, place_a, b.vocabulary, place_b)
    assert found.ravel().tolist() == expected
    assert same_at(a.vocabulary, place_a, b.vocabulary, place_b).tolist() == np.diag(found).tolist()
    near = [within_one_edit(as_number(x), as_number(y)) for x, y in zip(one, other, strict=True)]
    assert near_at(a.vocabulary, place_a, b.vocabulary, place_b).tolist() == near

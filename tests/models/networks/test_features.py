from itertools import product

import pytest

from tablekin.models.networks.bigram import Spacing, bigrams
from tablekin.models.networks.features import BIGRAMS, FEATURES, UNIGRAMS


def test_every_digit_and_every_pair_of_digits_has_one_name() -> None:
    assert FEATURES == UNIGRAMS + BIGRAMS
    assert len(set(FEATURES)) == len(FEATURES) == 110
    assert all(name.isdigit() for name in FEATURES)


@pytest.mark.parametrize(("first", "second"), list(product(range(10), repeat=2))[::7])
def test_names_stand_where_what_they_name_is_counted(first: int, second: int) -> None:
    side_by_side = bigrams([first, second], [1.0, 1.0], [0.0, 10.0], [0.0, 0.0], Spacing(5, 15, 2)).phi
    assert [name for name, value in zip(FEATURES, side_by_side, strict=True) if value] == [f"{first}{second}"]
    far_apart = bigrams([first, second], [1.0, 1.0], [0.0, 90.0], [0.0, 0.0], Spacing(5, 15, 2)).phi
    assert {name for name, value in zip(FEATURES, far_apart, strict=True) if value} == {
        str(first),
        str(second),
    }

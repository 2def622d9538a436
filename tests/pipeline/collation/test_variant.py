import pytest

from tablekin.collation.variant import CRITERIA, CellReading, confidence, differing, rarities


def reading(text, *scores):
    return CellReading(text, scores or (0.999,) * len(text.replace(" ", "")))


def test_digits_that_differ_are_counted_from_the_last():
    assert differing(reading("1234"), reading("1934")) == [2]
    assert differing(reading("12 34"), reading("1235")) == [0]
    assert differing(reading("123"), reading("1234")) is None


def test_a_difference_is_one_of_print_by_the_rule_of_bayes():
    one, other = reading("47", 0.9, 0.99), reading("41", 0.95, 0.97)
    right = 0.99 * 0.97  # both digits that differ were read rightly
    expected = CRITERIA.share * right / (CRITERIA.share * right + 1 - right)
    assert confidence(one, other, {}) == pytest.approx(expected)


def test_surer_digits_make_a_surer_variant():
    found = [confidence(reading("47", 0.9, s), reading("41", 0.9, s), {}) for s in (0.9, 0.99, 0.9999)]
    assert found == sorted(found)
    assert found[0] < CRITERIA.min_confidence < found[2]


def test_a_digit_more_is_rarely_one_of_print():
    more = confidence(reading("4711"), reading("471"), {})
    other = confidence(reading("4711"), reading("4712"), {})
    assert more < 0.5 * other
    two_more = confidence(reading("471122"), reading("4711"), {})
    assert two_more < more


def test_an_exchange_that_comes_again_and_again_is_misreading():
    once = [(reading("14"), reading("11"))]
    often = [(reading(f"{k}4"), reading(f"{k}1")) for k in range(1, 10)]
    assert rarities(once)["41"] > 0.5
    assert rarities(often)["41"] < 1e-6
    assert confidence(*once[0], rarities(often)) < 1e-3 * confidence(*once[0], {})


@pytest.mark.parametrize("rarity", [0.0, 1e-300, 1e-20])
def test_readings_that_are_certain_differ_however_regularly_their_digits_do(rarity):
    assert confidence(CellReading("14", (1.0, 1.0)), CellReading("11", (1.0, 1.0)), {"41": rarity}) == 1.0

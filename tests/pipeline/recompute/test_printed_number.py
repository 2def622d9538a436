import pytest

from tablekin.recompute.printed_number import CellKind, parse


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("12 30", (12, 30)),
        ("12.30", (12, 30)),
        ("12·05", (12, 5)),
        ("12°30'15\"", (12, 30, 15)),
        ("9. 10. 57. 44", (9, 10, 57, 44)),
        ("4 h. 12 m.", (4, 12)),
        ("57290", (57290,)),
        ("007", (7,)),
        ("g 1", (1,)),
        ("c. 19", (19,)),
    ],
)
def test_groups(text, groups):
    found = parse(text)
    assert (found.kind, found.groups) == (CellKind.NUMBER, groups)


def test_widths_keep_the_zeros_before_a_number():
    assert parse("9.093").widths == (1, 3)
    assert parse("9.093").digits == "9093"


@pytest.mark.parametrize(("text", "value"), [("7½", 0.5), ("7 3/4", 0.75), ("7 1/8", 0.125), ("½", 0.5)])
def test_fractions(text, value):
    assert parse(text).fraction == value


def test_signs():
    assert parse("-7").negative
    assert parse("− 12.5").negative
    assert not parse("7").negative


@pytest.mark.parametrize("text", ["", "  ", None])
def test_blank(text):
    assert parse(text).kind is CellKind.BLANK


@pytest.mark.parametrize("text", ['"', "„", "do.", "ditto", "id."])
def test_ditto(text):
    assert parse(text).kind is CellKind.DITTO


@pytest.mark.parametrize("text", ["—", "–", "-", "— —", "−"])
def test_a_dash_is_the_same_or_nothing(text):
    assert parse(text).kind is CellKind.DASH


@pytest.mark.parametrize("text", ["d", "Avril", "gf", "Mean 7"])
def test_words(text):
    assert parse(text).kind is CellKind.WORD


def test_a_short_word_behind_a_number_is_left_out():
    assert parse("1720 g").groups == (1720,)
    assert parse("24 Avril").groups == (24,)
    assert parse("Avril").kind is CellKind.WORD

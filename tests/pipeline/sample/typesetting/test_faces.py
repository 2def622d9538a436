import numpy as np
import pytest

from tablekin.sample.typesetting.faces import FACES, draw_character, em_per_digit_height, has_character


@pytest.mark.parametrize("name", sorted(FACES))
def test_every_face_has_its_digits_and_a_licence(name: str) -> None:
    face = FACES[name]
    assert all(has_character(face, digit) for digit in "0123456789")
    folder = face.files[0].parent
    assert any("ofl" in path.name.lower() or "licen" in path.name.lower() for path in folder.iterdir())


@pytest.mark.parametrize("name", ["cormorant/roman", "old-standard-tt/roman"])
def test_an_em_that_is_asked_for_gives_an_eight_of_that_height(name: str) -> None:
    face = FACES[name]
    drawing = draw_character(face, "8", 30 * em_per_digit_height(face))
    rows = np.flatnonzero((drawing.coverage > 0.5).any(1))
    assert (rows[-1] - rows[0] + 1) / drawing.per_pixel == pytest.approx(30, abs=1)


def test_lining_digits_are_of_one_height_and_old_style_ones_are_not() -> None:
    def heights(name: str) -> list[float]:
        return [-draw_character(FACES[name], digit, 60).top for digit in "12380"]

    assert np.ptp(heights("old-standard-tt/roman")) < 0.1 * max(heights("old-standard-tt/roman"))
    assert np.ptp(heights("im-fell-english/roman")) > 0.2 * max(heights("im-fell-english/roman"))


def test_a_character_that_no_face_has_is_named() -> None:
    with pytest.raises(ValueError, match="no face has the character"):
        draw_character(FACES["cardo/roman"], "\U00012345", 20)

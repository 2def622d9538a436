from dataclasses import replace

import numpy as np
import pytest

from tablekin.sample.typesetting.faces import FACES
from tablekin.sample.typesetting.line import Compositor
from tablekin.sample.typesetting.sheet import Sheet
from tablekin.sample.typesetting.typecase import TypeCase
from tests.support.printing import PLAIN


@pytest.mark.parametrize("face", sorted(name for name, face in FACES.items() if face.kind != "blackletter"))
def test_a_box_holds_all_ink_of_its_digit_and_none_of_its_neighbours(face: str) -> None:
    rng = np.random.default_rng(1)
    style = replace(PLAIN, digits=face, letter_spacing=0.6)
    compositor = Compositor(TypeCase(face, style, 22.0, rng), style, rng)
    sheet = Sheet(500, 80, rng)
    sheet.put_line(compositor.set_line("0123456789"), 20, 50)
    page = sheet.finish(22.0)
    assert list(page.digits["digit"]) == list(range(10))
    left = page.ink.copy()
    for digit in page.digits.itertuples():
        x0, y0, x1, y1 = (int(v) for v in (digit.x0, digit.y0, digit.x1, digit.y1))
        inside = left[y0:y1, x0:x1]
        for side in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
            assert side.max() > 0.2  # tight: ink at every side
        inside[:] = 0
    assert left.max() < 0.3


@pytest.mark.parametrize("height", [12.0, 20.0, 36.0])
def test_the_digit_eight_is_as_high_as_the_style_asks(height: float) -> None:
    rng = np.random.default_rng(2)
    for face in ("im-fell-dw-pica/italic", "old-standard-tt/roman", "cormorant/bold"):
        style = replace(PLAIN, digit_height=height, irregularity=0.0)
        x0, y0, x1, y1 = TypeCase(face, style, height, rng).sort("8").box
        assert abs((y1 - y0) - height) <= 0.08 * height + 1
        assert x1 > x0


def test_casts_of_a_letter_differ_a_little_and_come_again() -> None:
    case = TypeCase(PLAIN.text, PLAIN, 22.0, np.random.default_rng(5))
    casts = {id(sort): sort for sort in (case.sort("a") for _ in range(60))}
    assert len(casts) == 3
    widths = [sort.advance for sort in casts.values()]
    assert max(widths) < 1.15 * min(widths)
    assert len({sort.coverage.tobytes() for sort in casts.values()}) == 3


def test_the_digit_one_is_printed_by_a_letter_as_low_as_an_x() -> None:
    style = replace(PLAIN, one="I", irregularity=0.0)
    case = TypeCase(PLAIN.digits, style, 40.0, np.random.default_rng(6))
    tops = [np.mean([-case.sort(letter).box[1] for _ in range(20)]) for letter in "1xI"]
    assert abs(tops[0] - tops[1]) < 2.5 < tops[2] - tops[0]


def test_a_broken_zero_has_a_gap_and_no_other_digit_has_one() -> None:
    whole, broken = (
        TypeCase(
            "old-standard-tt/roman",
            replace(PLAIN, breaks=breaks, weight=0.02),
            40.0,
            np.random.default_rng(4),
        )
        for breaks in (0.0, 1.0)
    )

    def ink(case: TypeCase, digit: str) -> float:
        return float(np.mean([case.sort(digit).coverage.sum(dtype=float) for _ in range(12)]))

    assert ink(broken, "0") < 0.92 * ink(whole, "0")
    assert ink(broken, "8") > 0.97 * ink(whole, "8")

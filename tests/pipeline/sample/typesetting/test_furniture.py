import numpy as np
import pytest

from tablekin.sample.typesetting.furniture import CatchwordBlock, DiagramBlock, HeadBlock
from tablekin.sample.typesetting.prose import set_centred
from tablekin.sample.typesetting.sheet import Sheet
from tests.support.printing import plain_compositor


@pytest.mark.parametrize("right", [True, False])
def test_the_page_number_stands_at_its_side_and_its_area_is_known(right: bool) -> None:
    compositor = plain_compositor()
    head = set_centred("LIBER", 300, compositor)
    block = HeadBlock(head, compositor.set_line("147"), "147", right, 400, 22.0)
    sheet = Sheet(440, 80, np.random.default_rng(0))
    block.draw(sheet, 20, 10)
    page = sheet.finish(22.0)
    [cell] = page.cells.to_dict("records")
    assert (cell["kind"], cell["text"]) == ("page_number", "147")
    assert "".join(map(str, page.digits.sort_values("x0")["digit"])) == "147"
    side = page.digits["x1"].max() if right else page.digits["x0"].min()
    assert side == pytest.approx(420 if right else 20, abs=6)
    middle = (page.digits[["x0", "y0"]].to_numpy() + page.digits[["x1", "y1"]].to_numpy()) / 2
    assert (middle > (cell["x0"], cell["y0"])).all() and (middle < (cell["x1"], cell["y1"])).all()


def test_a_page_without_a_number_has_no_area_for_one() -> None:
    compositor = plain_compositor()
    block = HeadBlock(set_centred("LIBER", 300, compositor), compositor.set_line(""), "", True, 400, 22.0)
    sheet = Sheet(440, 80, np.random.default_rng(0))
    block.draw(sheet, 20, 10)
    assert sheet.finish(22.0).cells.empty
    assert sheet.ink.any()


def test_the_catchword_ends_where_the_measure_ends() -> None:
    sheet = Sheet(300, 60, np.random.default_rng(1))
    CatchwordBlock(plain_compositor().set_line("Illo"), 260, 22.0).draw(sheet, 20, 10)
    cols = np.flatnonzero(sheet.ink.any(0))
    assert cols.max() == pytest.approx(280, abs=5)
    assert cols.min() > 150


def test_a_woodcut_stands_in_the_middle_of_the_measure() -> None:
    compositor = plain_compositor()
    sheet = Sheet(600, 300, np.random.default_rng(2))
    block = DiagramBlock(200, 500, compositor, compositor)
    block.draw(sheet, 50, 40)
    cols = np.flatnonzero((sheet.ink > 100).any(0))
    assert (cols.min() + cols.max()) / 2 == pytest.approx(300, abs=15)
    assert block.height == 200

"""Pages written by hand are told from print: of many faces, and of real scans where they are at hand."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tablekin.config import DigitizeConfig
from tablekin.digitize import digitize, load_readers
from tablekin.digitize.handwriting import judge_handwriting
from tablekin.digitize.thresholds import HANDWRITING
from tablekin.models.networks.glyphs import CHANNELS, SIDE
from tablekin.models.networks.handwriting import HandwritingReader
from tablekin.page import Detections, PageFlag
from tablekin.sample.typesetting.engraver import random_hand
from tablekin.sample.typesetting.typeset import set_page
from tablekin.sample.works.content import Column, PageContent, TableContent
from tests.support.places import FIXTURES, SCANS
from tests.support.printing import PLAIN


def is_flagged(grey: NDArray[np.uint8]) -> bool:
    page, _ = digitize(grey, load_readers(), DigitizeConfig().threshold)
    return PageFlag.WRITTEN_BY_HAND in page.flags


def read_grey(path) -> NDArray[np.uint8]:
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    return grey.astype(np.uint8)


@pytest.mark.parametrize("name", ["indie-flower", "cedarville-cursive"])
def test_generated_handwriting_is_flagged(name: str) -> None:
    assert is_flagged(read_grey(FIXTURES / "handwriting" / f"{name}.png"))


@pytest.mark.parametrize(
    "face", ["im-fell-english/italic", "libre-bodoni/roman", "dejavu-sans/roman", "engraved"]
)
def test_print_is_not(face: str) -> None:
    rng = np.random.default_rng(5)
    style = replace(PLAIN, hand=random_hand(rng)) if face == "engraved" else replace(PLAIN, digits=face)
    columns = tuple(Column(str(number), "") for number in range(5))
    cells = tuple(tuple(str(rng.integers(100, 99999)) for _ in columns) for _ in range(10))
    table = TableContent("", columns, tuple(map(str, range(10))), cells)
    ink = set_page(PageContent("table", (table,), (), "", ""), style, rng).ink
    assert not is_flagged((255 * (1 - ink)).astype(np.uint8))


@pytest.mark.skipif(not SCANS.is_dir(), reason="the scans are not part of the project")
def test_a_real_engraved_table_is_not() -> None:
    assert not is_flagged(read_grey(SCANS / "early-modern" / "seller_pocket_book_1677.jpg"))


def test_many_sure_digits_decide_and_few_or_unsure_ones_do_not() -> None:
    reader = HandwritingReader()
    for values in reader.parameters():
        torch.nn.init.zeros_(values)
    with torch.no_grad():  # a digit is written where its own cell has ink in the first channel
        reader.hidden.weight[0, SIDE * SIDE // 2 * CHANNELS] = 1
        reader.out.weight[0, 0] = 20
        reader.out.bias -= 10
    fine = torch.zeros(1, CHANNELS, 40, 40)
    fine[0, 0, :30] = 1
    least = HANDWRITING.min_digits
    rows = np.repeat(np.arange(40), 2)
    boxes = np.stack([rows * 0, rows * 4, rows * 0 + 2, rows * 4 + 2], 1).astype(np.float32)
    digits = Detections.from_boxes(np.zeros(80, np.int8), np.ones(80, np.float32), boxes)
    found = judge_handwriting(reader, fine, digits)
    assert found.digits == 80
    assert found.mean == pytest.approx(0.75, abs=1e-3)
    assert found.is_by_hand
    assert not judge_handwriting(reader, fine, digits.take(np.arange(80) < least - 1)).is_by_hand
    unsure = replace(digits, score=np.where(rows < 30, 0.5, 1.0).astype(np.float32))
    assert judge_handwriting(reader, fine, unsure).mean == pytest.approx(0, abs=1e-3)

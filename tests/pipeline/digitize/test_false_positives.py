from dataclasses import replace

import numpy as np
import pytest

from tablekin.digitize.false_positives import drop_false_positives
from tablekin.page import Detections, Layout, Region, WorkingPage


def page_of(is_table: bool) -> tuple[WorkingPage, Layout]:
    """Five digits side by side; the last stands in the page number."""
    x = np.arange(5, dtype=np.float32) * 20
    boxes = np.column_stack([x, np.full(5, 10), x + 12, np.full(5, 30)]).astype(np.float32)
    score = np.array([0.99, 0.5, 0.97, 0.985, 0.4], np.float32)
    digit = np.arange(5, dtype=np.int8)
    labels = np.zeros((40, 100), np.int32)
    labels[:, 80:] = 1
    regions = (
        Region(0, "outside", None, None, None, (0, 0, 100, 40)),
        Region(1, "page_number", None, None, None, (80, 0, 100, 40)),
    )
    ink = np.zeros((40, 100), np.float32)
    for left in range(0, 100, 20):
        ink[12:28, left + 3 : left + 9] = 1
    page = WorkingPage(ink, np.eye(3)[:2], Detections.from_boxes(digit, score, boxes))
    return page, Layout(is_table, regions, labels)


@pytest.mark.parametrize(("is_table", "kept"), [(False, [0, 3, 4]), (True, [0, 1, 2, 3, 4])])
def test_only_sure_digits_and_the_number_stay_on_a_page_without_a_table(
    is_table: bool, kept: list[int]
) -> None:
    page = drop_false_positives(*page_of(is_table), threshold=0.98)
    assert page.digits.digit.tolist() == kept
    assert page.digits.boxes[:, 0].tolist() == [20 * k for k in kept]


def test_what_hangs_together_with_hatching_is_no_digit() -> None:
    page, layout = page_of(False)
    page.ink[20:22, 0:10] = 1  # a short stroke through the first digit
    page.ink[32:40:3, 15:] = page.ink[10:40, 60:78:4] = 1  # hatching that runs through the fourth
    page = drop_false_positives(page, layout, threshold=0.98)
    assert page.digits.digit.tolist() == [0, 4]


def test_a_page_without_digits_stays_as_it_is() -> None:
    page, layout = page_of(False)
    empty = replace(page, digits=page.digits.take(np.zeros(5, bool)))
    assert len(drop_false_positives(empty, layout, 0.98).digits) == 0

import numpy as np
import pandas as pd

from tablekin.sample.degradation.legibility import in_sight, lost_digits
from tablekin.sample.degradation.pose import SheetPose


def test_digits_without_ink_are_ignored() -> None:
    clean = np.zeros((40, 80), np.float32)
    clean[10:30, 10:20] = clean[10:30, 50:60] = 1
    pressed = clean.copy()
    pressed[:, 40:] *= 0.1
    boxes = np.array([[10, 10, 20, 30], [50, 10, 60, 30]], float)
    assert lost_digits(clean, pressed, boxes).tolist() == [False, True]


def test_a_page_without_digits_has_lost_none() -> None:
    blank = np.zeros((10, 10), np.float32)
    assert lost_digits(blank, blank, np.zeros((0, 4))).tolist() == []


def test_a_digit_counts_by_the_share_of_its_box_that_is_leaf() -> None:
    pose = SheetPose(np.eye(2, 3), np.zeros((2, 20, 100), np.float32))
    leaf = np.zeros((20, 100), np.float32)
    leaf[:, :50] = 1  # the right half is the scanner's bed
    boxes = [(10, 5, 20, 15), (41, 5, 51, 15), (42, 5, 52, 15), (44, 5, 54, 15), (46, 5, 56, 15)]
    digits = pd.DataFrame(boxes, columns=["x0", "y0", "x1", "y1"]).assign(ignore=False)
    shares = [np.clip(50 - x0, 0, 10) / 10 for x0, *_ in boxes]  # 1, 0.9, 0.8, 0.6, 0.4
    seen = in_sight(digits, pose, leaf)
    assert seen["ignore"].tolist() == [share < 0.9 for share in shares if share > 0.5]
    assert seen.index.tolist() == [0, 1, 2, 3]

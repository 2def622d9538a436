import numpy as np
import pytest
import torch
from lib.closeup_windows import UNKNOWN, cut_windows_of, glyphs_of, name_place
from train_closeups import measure, train_round
from training_pool import TrainingPage

from tablekin.models.networks.closeups import WINDOW, CloseupReader
from tablekin.models.networks.glyphs import NOTHING
from tablekin.models.networks.marks import mark_index

HALF, PLUS = 10 + mark_index("½"), 10 + mark_index("+")


def page() -> TrainingPage:
    """Rows of a digit, a fraction and a plus sign, drawn as blocks of their boxes, and a digit that does not count."""
    ink = np.zeros((600, 600), np.uint8)
    digits, marks, numbers = [], [], []
    for y in range(40, 560, 40):
        digits.append((40, y, 52, y + 20))
        marks += [(120, y, 144, y + 20), (220, y + 6, 232, y + 16)]
        numbers += [mark_index("½"), mark_index("+")]
    digits.append((400, 300, 412, 320))
    for x0, y0, x1, y1 in digits + marks:
        ink[y0:y1, x0:x1] = 255
    return TrainingPage(
        ink,
        np.full(len(digits), 7, np.int8),
        np.array(digits, np.float32),
        np.arange(len(digits)) == len(digits) - 1,
        np.array(numbers, np.int16),
        np.array(marks, np.float32),
        np.zeros(len(marks), bool),
    )


@pytest.mark.parametrize(
    ("place", "label"),
    [
        ((46, 50), 7),  # the centre of a digit
        ((128, 52), HALF),  # a small digit of a fraction
        ((148, 50), NOTHING),  # beside it
        ((51, 50), UNKNOWN),  # at the edge of a digit
        ((406, 310), UNKNOWN),  # what does not count
        ((300, 300), NOTHING),
    ],
)
def test_a_place_has_the_name_of_the_glyph_in_whose_middle_it_lies(place, label) -> None:
    assert name_place(glyphs_of(page()), *place)[0] == label


def test_boxes_follow_their_glyphs_into_the_window() -> None:
    ink, label, boxes = cut_windows_of([page()], 300, np.random.default_rng(0))
    assert {7, HALF, PLUS, NOTHING} == set(label.tolist())
    assert (np.isfinite(boxes).all(1) == (label != NOTHING)).all()
    inside = 0
    for window, box in zip(ink, boxes, strict=True):
        if not np.isfinite(box).all():
            continue
        x, y = WINDOW / 2 + 20 * box[:2]
        half = 10 * np.exp(box[2:])
        x0, y0, x1, y1 = np.rint([x - half[0], y - half[1], x + half[0], y + half[1]]).astype(int)
        within = window[max(y0 + 2, 0) : y1 - 1, max(x0 + 2, 0) : x1 - 1]
        inside += bool(within.mean() > 2 * window.mean())
    assert inside > 0.95 * np.isfinite(boxes).all(1).sum()


def test_a_reader_learns_what_it_is_shown_and_is_measured() -> None:
    torch.manual_seed(0)
    reader, rng = CloseupReader(), np.random.default_rng(1)
    optimiser = torch.optim.AdamW(reader.parameters(), 3e-3)
    windows = cut_windows_of([page()], 600, rng)
    losses = [train_round(reader, optimiser, windows, (3e-3, 1e-3), rng)[0] for _ in range(3)]
    assert losses[-1] < 0.7 * losses[0]
    figures = measure(reader, cut_windows_of([page()], 300, rng))
    assert sum(count for count, _, _ in figures["sure"].values()) == 300

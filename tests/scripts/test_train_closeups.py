from functools import partial

import numpy as np
import pytest
import torch
from lib.closeup_card import card
from lib.closeup_windows import (
    UNKNOWN,
    Places,
    WindowSource,
    choose_places,
    glyphs_of,
    name_places,
    spoil_windows,
)
from train_closeups import CloseupTraining, PageIntake, Windows, measure
from training_pool import TrainingPage

from tablekin.models.networks.closeups import WINDOW, CloseupReader, cut_windows
from tablekin.models.networks.glyphs import NOTHING
from tablekin.models.networks.marks import mark_index

HALF, PLUS = 10 + mark_index("½"), 10 + mark_index("+")
SMALL = partial(CloseupReader, (4, 6, 8, 8), 24)


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


def source() -> WindowSource:
    made = WindowSource(1 << 20)
    assert made.add(page().ink, choose_places(page(), np.random.default_rng(0)))
    made.settle()
    return made


def random() -> torch.Generator:
    return torch.Generator().manual_seed(0)


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
    assert name_places(glyphs_of(page()), np.array([place], np.float32))[0].tolist() == [label]


def test_windows_are_those_that_the_reader_is_shown_of_a_page(monkeypatch) -> None:
    ink = np.random.default_rng(1).integers(0, 256, (70, 90)).astype(np.uint8)
    at = np.array([[45, 30], [3, 4], [88, 66]], np.float32)
    made = WindowSource(1 << 14)
    made.add(
        np.full((9, 9), 255, np.uint8), Places(at[:0], np.zeros(0, np.int16), np.zeros((0, 4), np.float32))
    )
    made.add(ink, Places(at, np.arange(3, dtype=np.int16), np.full((3, 4), np.nan, np.float32)))
    made.settle()
    still = torch.eye(2).expand(200, 2, 2)
    monkeypatch.setattr("lib.closeup_windows._distortions", lambda count, random, device: still[:count])
    monkeypatch.setattr("lib.closeup_windows.spoil_windows", lambda windows, random: windows)
    monkeypatch.setattr("lib.closeup_windows._overprint", lambda windows, *_: windows)
    windows, label, _ = made.draw(200, random())
    assert set(label.tolist()) == {0, 1, 2}
    np.testing.assert_allclose(
        windows[:, 0], cut_windows(ink.astype(np.float32) / 255, at[label.numpy()]), atol=1e-6
    )


def test_boxes_follow_their_glyphs_into_the_window() -> None:
    ink, label, boxes = source().draw(300, random())
    assert {7, HALF, PLUS, NOTHING} == set(label.tolist())
    known = torch.isfinite(boxes).all(1)
    assert (known == (label != NOTHING)).all()
    inside = 0
    for window, box in zip(ink[known, 0].numpy(), boxes[known].numpy(), strict=True):
        x, y = WINDOW / 2 + 20 * box[:2]
        half = 10 * np.exp(box[2:])
        x0, y0, x1, y1 = np.rint([x - half[0], y - half[1], x + half[0], y + half[1]]).astype(int)
        inside += bool(window[max(y0 + 2, 0) : y1 - 1, max(x0 + 2, 0) : x1 - 1].mean() > 2 * window.mean())
    assert inside > 0.9 * known.sum()


def test_rare_glyphs_are_shown_more_often_than_they_are_printed_and_pages_without_room_are_left_out() -> None:
    made = WindowSource(200)
    at = np.zeros((1000, 2), np.float32)
    label = np.where(np.arange(1000) < 50, 3, 4).astype(np.int16)
    label[-100:] = NOTHING
    ink = np.zeros((10, 10), np.uint8)
    assert made.add(ink, Places(at, label, np.zeros((1000, 4), np.float32)))
    assert not made.add(np.zeros((20, 20), np.uint8), Places(at, label, np.zeros((1000, 4), np.float32)))
    made.settle()
    shown = torch.bincount(made.draw(1500, random())[1], minlength=NOTHING + 1) / 1500
    assert shown[NOTHING] == pytest.approx(0.22, abs=0.04)
    share = 50 * 200**-0.6 / (50 * 200**-0.6 + 850 * 850**-0.6)  # 50 count as 200
    assert shown[3] == pytest.approx(0.78 * share, abs=0.04) and share > 1.5 * 50 / 900


def test_spoilt_windows_stay_ink() -> None:
    windows = torch.rand((200, 1, WINDOW, WINDOW), generator=random())
    spoilt = spoil_windows(windows, random())
    assert spoilt.shape == windows.shape and spoilt.min() >= 0 and spoilt.max() <= 1 + 1e-6
    changed = (spoilt - windows).abs().amax((1, 2, 3)) > 1e-6
    assert 0.7 < changed.float().mean() < 1


def test_a_reader_learns_from_windows_and_its_teacher_goes_on_where_it_stopped_and_is_measured(
    tmp_path,
) -> None:
    torch.manual_seed(0)
    makers = {"teacher": SMALL, "closeups": SMALL}
    training, made, drawn = CloseupTraining("cpu", 2e-2, makers), source(), random()
    training.step = 400  # past the rise of the rate
    windows = Windows(*made.draw(192, drawn))
    losses = [float(training.learn(windows, 0.0)["closeups"]) for _ in range(25)]
    assert losses[-1] < 0.7 * losses[0]
    training.save(tmp_path / "checkpoint.pt")
    again = CloseupTraining("cpu", 2e-2, makers)
    again.resume(tmp_path / "checkpoint.pt")
    assert (again.step, again.shown) == (425, 25 * 192)
    torch.manual_seed(1)
    assert float(again.learn(windows, 0.5)["closeups"]) == float(training.learn(windows, 0.5)["closeups"])
    for name, value in training.finished("closeups").state_dict().items():
        torch.testing.assert_close(again.finished("closeups").state_dict()[name], value)
    figures = measure(again.finished("closeups"), windows)
    assert sum(count for count, _, _ in figures["sure"].values()) == 192
    told = dict.fromkeys(("steps", "batch", "shown", "pages", "seconds", "measured", "held", "window"), 1)
    told |= {"device": "cpu", "weights": 0.5, "command": "RUN"}
    assert f"| digits | {figures['digits']} | {figures['digits']} |" in card(figures, figures, told)


def test_every_twentieth_page_is_held_back() -> None:
    intake = PageIntake(WindowSource(1 << 20), WindowSource(1 << 20))
    places = choose_places(page(), np.random.default_rng(0))
    small = page().ink[:50, :50]
    intake.take([(small, places.at, places.label, places.boxes)] * 60)
    assert (intake.shown.pages, intake.held.pages) == (57, 3)

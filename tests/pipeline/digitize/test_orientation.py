from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tablekin.digitize import orientation
from tablekin.digitize.normalization import extract_ink
from tablekin.digitize.orientation import PagePose, PoseCandidate, find_pose
from tablekin.ingest import load_image
from tablekin.models.networks.digits import DIGIT_HEIGHT, load_digit_network
from tests.support.places import SCANS


@pytest.mark.parametrize(
    ("nll", "digits", "expected"),
    [
        ({1: [0.3, 3, 2, 3]}, {1: [9, 1, 1, 1]}, (1, 0)),
        ({1: [2.0, 2, 2, 0.3], 4: [0.6, 1, 1, 1]}, {1: [90, 90, 90, 99], 4: [3, 1, 1, 1]}, (1, 270)),
        ({1: [6.0, 0.9, 6, 1], 2: [2.0, 1.6, 1.4, 1.5]}, {1: [5, 5, 0, 5], 2: [160, 60, 50, 50]}, (2, 0)),
        ({1: [1.9, 6.5, 0.65, 6.5]}, {1: [1000, 700, 1300, 700]}, (1, 180)),
        ({1: [1.4, 1.8, 1.5, 1.3]}, {1: [90, 120, 100, 140]}, (1, 0)),
    ],
    ids=["upright", "certain at the first scale", "digits too small to tell", "less certain", "a picture"],
)
def test_the_scale_at_which_the_network_is_certain_tells_the_turn(
    monkeypatch: pytest.MonkeyPatch,
    nll: dict[int, list[float]],
    digits: dict[int, list[int]],
    expected: tuple[int, int],
) -> None:
    def cut(ink: np.ndarray, corner: object, scale: float) -> np.ndarray:
        return np.array([[scale, 0], [0, 0]])

    def view(network: object, ink: np.ndarray) -> SimpleNamespace:
        row, column = (int(index[0]) for index in np.nonzero(ink))
        turn = {(0, 0): 0, (1, 0): 1, (1, 1): 2, (0, 1): 3}[row, column]
        return SimpleNamespace(ink=ink, scale=int(ink.max()), turn=turn)

    def count(candidate: PoseCandidate) -> int:
        return digits[candidate.views[0].scale][candidate.views[0].turn]

    monkeypatch.setattr(orientation, "dense_windows", lambda *_: [(0, 0)])
    monkeypatch.setattr(orientation, "_cut", cut)
    monkeypatch.setattr(orientation, "_view", view)
    monkeypatch.setattr(orientation, "orientation_nll", lambda views: nll[views[0].scale][views[0].turn])
    monkeypatch.setattr(PoseCandidate, "count_digits", count)
    chosen = orientation._choose_candidate(None, np.zeros((9, 9)), None, list(nll))
    assert (chosen.scale, chosen.orientation) == expected


def test_the_turn_and_the_scale_of_generated_pages_are_the_archives(true_pages) -> None:
    network = load_digit_network()
    poses = [find_pose(network, page.ink) for page in true_pages]
    assert [pose.orientation for pose in poses] == [page.orientation for page in true_pages]
    for pose, page in zip(
        poses[:4], true_pages, strict=False
    ):  # of tables: prose shows few digits to measure
        assert pose.scale * page.digit_height == pytest.approx(DIGIT_HEIGHT, rel=0.15)


def test_a_page_without_marks_stays_as_it_is() -> None:
    assert find_pose(load_digit_network(), np.zeros((300, 200), np.float32)) == PagePose(0, 1.0)


def test_what_looks_like_digits_at_any_scale_does_not_tell_it(monkeypatch: pytest.MonkeyPatch) -> None:
    candidate = PoseCandidate(0.7, [(0.0, 0.0)], 0, [])
    monkeypatch.setattr(orientation, "_choose_candidate", lambda *_: candidate)
    monkeypatch.setattr(orientation, "estimate_text_height", lambda marks: [28.0])
    monkeypatch.setattr(orientation, "_tall_heights", lambda views: np.full(50, 12.0))
    assert find_pose(load_digit_network(), np.zeros((300, 200), np.float32)).scale == 0.7


@pytest.mark.skipif(not SCANS.is_dir(), reason=f"no scans in {SCANS}")
def test_the_speckled_edge_of_a_book_does_not_tell_the_scale_of_its_page() -> None:
    grey = load_image(SCANS / "argentine-1902" / "brohan_103.jpg")
    pose = find_pose(load_digit_network(), extract_ink(grey))
    assert pose.scale == pytest.approx(0.67, rel=0.05)  # its digits are 30 pixels high


def test_a_page_seen_from_its_back_is_told(true_pages) -> None:
    network = load_digit_network()
    ink = true_pages[0].ink  # of a table that is upright
    assert not find_pose(network, ink).is_mirrored
    assert find_pose(network, np.ascontiguousarray(ink[:, ::-1])).is_mirrored

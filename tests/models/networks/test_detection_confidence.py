from pathlib import Path

import numpy as np
import pytest

from tablekin.models.networks.architecture import DIGITS
from tablekin.models.networks.detection_confidence import (
    CONTEXT_FEATURES,
    DetectionClassifier,
    context_features,
    load_detection_classifier,
    other_digit,
)
from tablekin.models.networks.detections import Detections
from tablekin.models.networks.digits import DIGIT_HEIGHT
from tablekin.models.networks.glyphs import CLASSES, NOTHING
from tablekin.models.networks.marks import mark_index

PAPER = np.zeros((400, 700), np.float32)


def detections_at(
    places: list[tuple[float, float]], activation: list[float], height: float = DIGIT_HEIGHT
) -> Detections:
    centres = np.array(places, np.float32)
    half = np.array((height / 4, height / 2))
    boxes = np.concatenate([centres - half, centres + half], 1).astype(np.float32)
    return Detections.from_boxes(np.zeros(len(places), np.int8), np.array(activation, np.float32), boxes)


def named(detections: Detections, certainty: float = 0.9) -> np.ndarray:
    """What the glyph reader says: each digit is named with the given certainty, the rest is nothing."""
    glyphs = np.zeros((len(detections), CLASSES), np.float32)
    glyphs[:, NOTHING] = 1 - certainty
    glyphs[np.arange(len(detections)), detections.digit] = certainty
    return glyphs


def described(detections: Detections, ink: np.ndarray = PAPER) -> dict[str, np.ndarray]:
    return dict(zip(CONTEXT_FEATURES, context_features(detections, ink, named(detections)).T, strict=True))


def test_what_the_glyph_reader_says_is_told_and_letters_of_the_same_sort_count_for_the_digit() -> None:
    digits = detections_at([(100.0, 100.0), (200.0, 100.0), (300.0, 100.0)], [0.9, 0.9, 0.9])
    digits.digit[:] = [0, 4, 1]
    glyphs = np.zeros((3, CLASSES), np.float32)
    glyphs[0, [0, DIGITS + mark_index("o"), DIGITS + mark_index("+"), 6]] = 0.3, 0.4, 0.2, 0.1
    glyphs[1, [4, DIGITS + mark_index("+"), 9]] = 0.2, 0.7, 0.1
    glyphs[2, [NOTHING, DIGITS + mark_index("o")]] = 0.5, 0.5
    found = dict(zip(CONTEXT_FEATURES, context_features(digits, PAPER, glyphs).T, strict=True))
    assert found["named"].tolist() == pytest.approx([0.7, 0.2, 0])
    assert found["named otherwise"].tolist() == pytest.approx([0.1, 0.1, 0])
    assert found["mark"].tolist() == pytest.approx([0.2, 0.7, 0.5])
    assert found["nothing"].tolist() == pytest.approx([0, 0, 0.5])
    other, score = other_digit(digits.digit, glyphs)
    assert other[:2].tolist() == [6, 9] and score[:2].tolist() == pytest.approx([0.1, 0.1])


def test_neighbours_are_told_by_where_they_stand() -> None:
    # the digit in the middle has digits beside, above and below; the last one stands alone
    places = [(100.0, 100.0), (112.0, 101.0), (101.0, 60.0), (99.0, 140.0), (500.0, 300.0)]
    found = described(detections_at(places, [0.5, 0.6, 0.7, 0.8, 0.9]))
    assert found["left"].tolist() == pytest.approx([0, 0.5, 0, 0, 0])
    assert found["right"].tolist() == pytest.approx([0.6, 0, 0, 0, 0])
    assert found["above"].tolist() == pytest.approx([0.7, 0, 0, 0.5, 0])
    assert found["below"].tolist() == pytest.approx([0.8, 0, 0.5, 0, 0])
    assert found["density"][0] == pytest.approx(np.log(1 + 0.6 + 0.7 + 0.8))
    assert found["density"][4] == 0


def test_another_reading_of_the_same_ink_is_no_neighbour() -> None:
    found = described(detections_at([(100.0, 100.0), (101.0, 101.0)], [0.9, 0.3]))
    assert not (found["left"] + found["right"] + found["line"]).any() and not found["density"].any()
    assert found["overlap"].tolist() == pytest.approx([0.3, 0.9])


def test_lines_and_columns_reach_far_and_columns_know_like_digits() -> None:
    # a line of three, 15 heights long, and a column of four, 12 heights high, that share their first digit
    places = [(100.0, 100.0), (250.0, 102.0), (400.0, 98.0), (103.0, 180.0), (97.0, 260.0), (100.0, 340.0)]
    digits = detections_at(places, [0.9, 0.8, 0.4, 0.7, 0.5, 0.3])
    digits.digit[3:5] = 4
    found = described(digits)
    assert found["line"][0] == pytest.approx(np.log(1 + 0.8 + 0.4))
    assert found["mean of the line"][0] == pytest.approx(0.6)
    assert found["column"][0] == pytest.approx(np.log(1 + 0.7 + 0.5 + 0.3))
    assert found["mean of the column"][0] == pytest.approx(0.5)
    assert found["same digit in the column"].tolist() == pytest.approx(
        np.log1p([0.3, 0, 0, 0.5, 0.7, 0.9]).tolist(), abs=1e-6
    )
    assert not found["mean of the column"][1:3].any() and not found["mean of the line"][3:].any()
    assert found["page"].tolist() == pytest.approx([np.log(1 + 0.9 + 0.8 + 0.7)] * 6)


def test_small_digits_are_those_lower_than_those_around() -> None:
    digits = detections_at([(100.0 + 30 * k, 100.0) for k in range(5)], [0.9] * 5)
    digits.boxes[2] += np.array([2, 6, -2, -4], np.float32)
    found = described(digits)["smaller"]
    assert found[2] == pytest.approx(0.25) and not np.delete(found, 2).any()


def test_ink_beside_counts_only_where_no_strong_digit_stands() -> None:
    ink = PAPER.copy()
    ink[90:110, 75:90] = 1  # a letter on the left of the first, a digit on its right
    ink[90:110, 110:120] = 1
    ink[90:110, 125:140] = 1  # a letter on the right of the second
    found = described(detections_at([(100.0, 100.0), (115.0, 100.0)], [0.9, 0.9]), ink)
    # 14 pixels beside each box of 10: the letter begins 5 pixels from it, or 5 pixels from its other end
    assert found["ink on the left"].tolist() == pytest.approx([9 / 14, 0], abs=0.08)
    assert found["ink on the right"].tolist() == pytest.approx([0, 9 / 14], abs=0.08)


def test_trees_are_walked_to_their_leaves() -> None:
    # the first tree asks for the activation, then for the digit; the second is a single leaf filled up
    activation, digit = (CONTEXT_FEATURES.index(name) for name in ("activation", "digit"))
    trees = DetectionClassifier(
        feature=np.array([[activation, digit, digit], [0, 0, 0]], np.int16),
        threshold=np.array([[0.5, 3.0, 6.0], [0, 0, 0]]),
        leaf=np.array([[1.0, 2.0, 3.0, 4.0], [0.25] * 4]),
        bias=np.array(-3.0),
    )
    digits = detections_at([(100.0 * k, 100.0) for k in range(1, 6)], [0.5, 0.4, 0.6, 0.9, 0.75])
    digits.digit[:] = [3, 4, 6, 7, 0]
    odds = np.array([1.0, 2.0, 3.0, 4.0, 3.0]) + 0.25 - 3
    np.testing.assert_allclose(trees.log_odds(context_features(digits, PAPER, named(digits))), odds)
    np.testing.assert_allclose(
        trees.probability(digits, PAPER, named(digits)), 1 / (1 + np.exp(-odds)), rtol=1e-6
    )


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    fitted = load_detection_classifier()
    fitted.save(tmp_path / "again.safetensors")
    again = load_detection_classifier(tmp_path / "again.safetensors")
    digits = detections_at([(100.0, 100.0), (112.0, 101.0)], [0.5, 0.6])
    vectors = context_features(digits, PAPER, named(digits))
    assert again.log_odds(vectors).tolist() == fitted.log_odds(vectors).tolist()


def test_a_page_without_detections_has_no_probabilities() -> None:
    none = detections_at([(5.0, 5.0)], [0.9]).take(np.zeros(1, bool))
    assert load_detection_classifier().probability(none, PAPER, named(none)).shape == (0,)


def test_a_weak_digit_is_believed_in_a_column_and_not_in_a_word() -> None:
    column = [(100.0, 32.0 * row) for row in range(1, 8)]
    digits = detections_at([*column, (600.0, 90.0)], [0.95] * 3 + [0.42] + [0.95] * 3 + [0.42])
    ink = PAPER.copy()
    ink[80:100, 575:592] = ink[80:100, 608:630] = 0.6  # letters on both sides of the last
    probability = load_detection_classifier().probability(digits, ink, named(digits, 0.5))
    assert probability[3] > 2 * probability[7]


def test_missing_weights_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"fit_detection_confidence\.py"):
        load_detection_classifier(tmp_path / "none.safetensors")

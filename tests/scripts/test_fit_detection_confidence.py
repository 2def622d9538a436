import numpy as np
import pytest
from fit_detection_confidence import filled, fit, reliability, trade_off


@pytest.fixture(scope="module")
def described() -> np.ndarray:
    return np.random.default_rng(0).random((4000, 5)).astype(np.float32)


@pytest.mark.parametrize("steep", [3.0, 40.0])
def test_filled_trees_say_what_the_fitted_ones_say(described: np.ndarray, steep: float) -> None:
    # where one feature settles all, trees end early and are filled up
    odds = steep * (described[:, 0] - 0.5) + described[:, 1] * described[:, 2]
    right = np.random.default_rng(1).random(4000) < 1 / (1 + np.exp(-odds))
    model = fit(described, right)
    np.testing.assert_allclose(
        filled(model).log_odds(described), model.decision_function(described), atol=1e-9
    )


def test_trade_off_counts_what_is_kept() -> None:
    table = trade_off(np.array([0.9, 0.6, 0.4]), np.array([True, False, True]), 4, (0.3, 0.5))
    assert table["recall"].tolist() == [0.5, 0.25]
    assert table["precision"].tolist() == pytest.approx([2 / 3, 0.5])
    assert table["found / printed"].tolist() == [0.75, 0.5]


def test_reliability_compares_scores_with_what_came_true() -> None:
    table = reliability(np.array([0.1, 0.1, 0.97, 0.99]), np.array([False, True, True, True]))
    assert table["score"].tolist() == ["0.05 to 0.20", "0.95 to 0.99", "0.99 to 1.00"]
    assert table["right"].tolist() == [0.5, 1, 1]
    assert table["detections"].tolist() == [2, 1, 1]

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from evaluate_faithfulness import draw, resample, show, summarise
from lib.pairing import choose_pairs
from lib.perturbation import (
    CURVES,
    FRACTIONS,
    area,
    correlation,
    erasing_orders,
    perturb,
    rank_correlation,
)
from lib.randomisation import STAGES, randomised
from lib.subject import DEFAULT, GradientPatches, digit_labels, gradient_shares

from tablekin.models.networks.architecture import GAMMA
from tablekin.models.networks.bigram import BigramLayer, Spacing
from tablekin.models.networks.digits import DigitNetwork, find_detections


def test_regions_come_up_as_when_the_list_of_pairs_is_gone_through() -> None:
    pairs = np.random.default_rng(1).normal(size=(7, 5))
    seen: tuple[list[int], list[int]] = ([], [])
    for place in np.argsort(-pairs.ravel()):
        for order, region in zip(seen, np.unravel_index(place, pairs.shape), strict=True):
            if int(region) not in order:
                order.append(int(region))
    assert [order.tolist() for order in erasing_orders(pairs)] == list(seen)


def test_the_true_order_beats_others_where_features_add_up_by_region() -> None:
    rng = np.random.default_rng(2)
    columns = [rng.gamma(0.2, size=(6, 1 + count)) for count in (30, 24)]  # with the outside

    def page(side: int):
        return lambda gone: np.delete(columns[side], list(gone), axis=1).sum(1)

    def areas(orders: tuple[np.ndarray, ...]) -> tuple[float, float]:
        curves = perturb(page(0), page(1), orders)
        assert curves["deletion"][0] == curves["insertion"][-1] == pytest.approx(1)
        assert curves["deletion"][-1] == pytest.approx(curves["insertion"][0])
        return area(curves["deletion"]), area(curves["insertion"])

    orders = erasing_orders(columns[0][:, 1:].T @ columns[1][:, 1:])
    best, worst = areas(orders), areas((orders[0][::-1], orders[1][::-1]))
    others = np.array([areas((rng.permutation(30), rng.permutation(24))) for _ in range(20)])
    assert best[0] < others[:, 0].min() and best[1] > others[:, 1].max()
    assert worst[0] > others[:, 0].max() and worst[1] < others[:, 1].min()


def test_gradient_shares_are_gradient_times_activation() -> None:
    rng = np.random.default_rng(3)
    digit = rng.integers(0, 10, 25)
    height = rng.uniform(0.2, 1.3, 25)  # some are cut off
    # on a grid of maps, a digit a cell, so that the dense layer computes the same features
    cell = np.stack(np.divmod(rng.choice(12 * 16, 25, replace=False), 16), 1)
    shifts = [(dx, dy) for dx in (1, 2, 3) for dy in (-1, 0, 1)]
    spacing = Spacing(0.5, 3.5, 1.5)
    activation = torch.tensor(height, requires_grad=True)
    maps = torch.zeros((1, 10, 12, 16), dtype=torch.float64)
    maps = maps.index_put((torch.zeros(25).long(), *map(torch.from_numpy, (digit, *cell.T))), activation)
    phi = BigramLayer(shifts)(maps.clamp(0, 1))[0]
    expected = torch.stack(
        [torch.autograd.grad(value, activation, retain_graph=True)[0] * activation for value in phi]
    )
    found = gradient_shares(digit, height, cell[:, 1].astype(float), cell[:, 0].astype(float), spacing)
    assert np.count_nonzero(expected.detach().numpy() < 0) > 0
    assert np.allclose(found.toarray(), expected.detach().numpy(), atol=1e-12)


def test_gradient_cones_are_gradient_times_input() -> None:
    torch.manual_seed(3)
    network = DigitNetwork().eval().requires_grad_(False).double()
    ink = torch.rand((128, 144), generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    leaf = ink.clone().requires_grad_()
    z, boxes, _ = network.measure(leaf[None, None])
    digits = find_detections(z[0].detach(), boxes[0].detach(), threshold=1e-4)
    labels = (np.arange(128)[:, None] // 40 * 4 + np.arange(144) // 40).astype(np.int32)
    chosen = np.linspace(0, len(digits) - 1, 4).astype(int)
    digit, cell = digits.digit[chosen].astype(int), digits.cell[chosen]
    cones = GradientPatches(network, ink, dict.fromkeys(GAMMA, 0.0))
    found = cones.pool(torch.from_numpy(digit), torch.from_numpy(cell), labels)
    for row, d, (y, x) in zip(found, digit, cell, strict=True):
        (gradient,) = torch.autograd.grad(z[0, d, y, x], leaf, retain_graph=True)
        product = (gradient * ink / z[0, d, y, x]).detach().numpy()
        assert np.allclose(row, np.bincount(labels.ravel(), product.ravel()), atol=1e-9)


def test_every_digit_within_a_region_is_a_region() -> None:
    labels = np.zeros((40, 60), np.int32)
    labels[:, 20:] = 3
    boxes = np.array([[2, 5, 12, 20], [25, 5, 37, 20], [33, 5, 45, 20]], np.float32)
    made = digit_labels(boxes, labels)
    assert set(np.unique(made)) == {0, 2, 3}  # the first lies outside
    assert (made == 2).sum() == (made == 3).sum() == 10 * 15  # the overlap of 4 x 15 is parted


def test_layers_are_redrawn_from_the_head_down_with_the_deviation_they_had() -> None:
    torch.manual_seed(0)
    network = DigitNetwork().requires_grad_(False)
    before = {name: weight.clone() for name, weight in network.named_parameters()}
    for number, (stage, changed) in enumerate(randomised(network, 1), 1):
        assert stage == STAGES[number - 1]
        for name, weight in changed.named_parameters():
            redrawn = name.split(".")[0] in STAGES[:number]
            assert torch.equal(weight, before[name]) != redrawn
            if redrawn and weight.numel() > 1000:
                assert float(weight.std() / before[name].std()) == pytest.approx(1, abs=0.1)
    assert all(torch.equal(weight, before[name]) for name, weight in network.named_parameters())


def test_correlations() -> None:
    rng = np.random.default_rng(6)
    a, b = rng.normal(size=(2, 6, 5))
    assert correlation(a, b) == pytest.approx(np.corrcoef(a.ravel(), b.ravel())[0, 1])
    assert rank_correlation(a, np.exp(a)) == pytest.approx(1)
    assert rank_correlation(a, np.ones_like(a)) == 0


def test_a_pair_of_two_works_counts_only_where_both_are_drawn() -> None:
    units = [("p", "p"), ("p", "q"), ("q", "q")]
    weights = resample(units, 1)
    assert np.allclose(weights.sum(1), 1)
    either_alone = (weights[:, 0] == 0) | (weights[:, 2] == 0)
    assert either_alone.any() and not weights[either_alone, 1].any()
    both = weights[~either_alone]
    assert np.allclose(both, 1 / 3)


def scores() -> pd.DataFrame:
    """Two pairs in each of two groups; occlusion is 0.1 better than the default."""
    rows = []
    for group in ("editions", "unrelated"):
        for pair in range(2):
            known = {"group": group, "a": f"{pair}", "b": f"{pair + 1}", "units": [f"{pair}", f"{pair}"]}
            for method in CURVES:
                curve = np.linspace(1, 0, len(FRACTIONS)).tolist()
                value = pair + (0.1 if method == "occlusion" else 0)
                row = dict.fromkeys(("cosine", "rank correlation", "deletion", "insertion"), value)
                curves = {"deletion curve": curve, "insertion curve": curve[::-1]}
                rows.append({**known, "method": method, **row, **curves})
    return pd.DataFrame(rows)


def test_means_and_paired_differences() -> None:
    summary = summarise(scores(), 0).set_index(["group", "method", "measure"])
    occlusion = summary.loc[("editions", "occlusion", "deletion")]
    assert occlusion["mean"] == pytest.approx(0.6)
    assert (occlusion["low"], occlusion["high"]) == pytest.approx((0.1, 1.1))
    for name in ("difference", "difference_low", "difference_high"):
        assert occlusion[name] == pytest.approx(0.1)
    assert summary.loc[("unrelated", DEFAULT, "cosine"), "difference"] == 0
    text = show(summarise(scores(), 0), "mean")
    assert "| occlusion | 0.600 (0.100 to 1.100) |" in text
    one = scores().query("group == 'editions' and a == '1'")[["group", "a", "b", "units", "method", "cosine"]]
    text = show(summarise(one, 0), "mean")
    assert "| method | cosine |" in text and "| occlusion | 1.100 |" in text


def test_curves_are_drawn_alike_every_time(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        draw(scores().query("group == 'editions'"), tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_pairs_of_an_archive_are_editions_and_unrelated_tables(tmp_path: Path) -> None:
    rows = [
        {"file": f"{work}{edition}.png", "work": work, "edition": f"{work}{edition}", "kind": "table"}
        for work in "pqrs"
        for edition in "abc"
    ]
    rows.append({"file": "title.png", "work": "t", "edition": "ta", "kind": "title"})
    pd.DataFrame(rows).to_csv(tmp_path / "metadata.csv", index=False)
    pairs = choose_pairs(tmp_path, 6, 1)
    assert [pair.group for pair in pairs] == ["editions"] * 3 + ["unrelated"] * 3
    for pair in pairs:
        same = pair.a.name[0] == pair.b.name[0]
        assert same == (pair.group == "editions") == (pair.units[0] == pair.units[1])
        assert pair.a != pair.b
    assert {p.a for p in pairs[:3]} == {p.a for p in pairs[3:]}


def test_pages_of_a_folder_are_paired_with_the_next(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"{number}.jpg").touch()
    (tmp_path / "0.csv").touch()
    pairs = choose_pairs(tmp_path, 4, 1)
    assert [(pair.a.stem, pair.b.stem) for pair in pairs] == [("0", "2"), ("2", "4"), ("4", "6"), ("6", "0")]
    assert len(choose_pairs(tmp_path, 2, 1)) == 1

"""The score on toy maps, and the whole comparison in small."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import reproduce_ground_truth
import torch
from lib.handwritten import (
    Architecture,
    Strips,
    TransformerArchitecture,
    build,
    draw_strips,
    load_scans,
    start,
)
from torch import Tensor, nn

from tablekin.models.bilrp import Factor, factor
from tablekin.models.lrp.attention import Softmax


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_average_cosine_similarity_of_toy_maps() -> None:
    truth = torch.tensor([[[1.0, 0], [0, 1]], [[0, 0], [0, 0]], [[1, 1], [0, 0]], [[1, 0], [0, 0]]])
    maps = torch.tensor([[[5.0, 0], [0, 5]], [[3, 3], [3, 3]], [[2, 0], [0, 0]], [[0, 0], [0, 0]]])
    got = reproduce_ground_truth.average_cosine_similarity(maps, truth)
    assert got == pytest.approx((1 + 2**-0.5 + 0) / 3)  # the second pair shares nothing and does not count
    with pytest.raises(ValueError, match="share"):
        reproduce_ground_truth.average_cosine_similarity(maps[1:2], truth[1:2])


def test_factor_that_knows_the_digits_scores_one() -> None:
    strips = Strips(torch.zeros(3, 1, 2, 4), torch.tensor([[1, 2], [2, 2], [1, 3]]))
    codes = iter(torch.nn.functional.one_hot(strips.digits, 4).float())

    def explain(network: nn.Module, x: Tensor) -> Factor:
        return Factor(next(codes).T, torch.zeros(4), torch.zeros(4, dtype=torch.float64))

    assert reproduce_ground_truth.score(nn.Identity(), strips, {"knows": explain}) == {
        "knows": pytest.approx(1)
    }


def test_determination_follows_the_definition() -> None:
    network = build(Architecture((4,), features=3, pooled=1)).requires_grad_(False)
    strips = draw_strips(load_scans(), 5, torch.Generator().manual_seed(0))
    phi = network(strips.ink).numpy()
    found, true = [], []
    for a in range(5):
        for b in range(a):
            found.append(phi[a] @ phi[b])
            true.append(sum(d == e for d in strips.digits[a] for e in strips.digits[b]).item())
    want = 1 - np.sum(np.subtract(found, true) ** 2) / np.sum((true - np.mean(true)) ** 2)
    assert reproduce_ground_truth.determination(network, strips) == pytest.approx(want, rel=1e-4)


def test_less_blank_leaves_nothing_of_a_blank_strip() -> None:
    network = build(Architecture((4,))).requires_grad_(False)
    blank = reproduce_ground_truth.less_blank(network, torch.zeros(1, 1, 16, 96))
    assert blank.phi.any()
    torch.testing.assert_close(
        blank.relevance, torch.zeros(20, 6), atol=1e-5 * float(blank.phi.abs().max()), rtol=0
    )


def test_same_everywhere_scores_as_the_truth_is_full() -> None:
    strips = draw_strips(load_scans(), 2, torch.Generator().manual_seed(0))
    share = np.mean([[a == b for a in strips.digits[0].tolist()] for b in strips.digits[1].tolist()])
    explainers = {"same": reproduce_ground_truth.same_everywhere}
    got = reproduce_ground_truth.score(nn.Identity(), strips, explainers)["same"]
    assert got == pytest.approx(share**0.5)


def test_comparison_runs_from_end_to_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "result.json"
    options = ["--seeds", "2", "--steps", "20", "--strips", "3", "--networks", "3 convolutions"]
    monkeypatch.setattr("sys.argv", ["reproduce_ground_truth.py", *options, "--json", str(target)])
    reproduce_ground_truth.main()
    printed = capsys.readouterr().out
    result = json.loads(target.read_text())
    assert (result["seeds"], result["steps"], result["strips"]) == (2, 20, 3)
    runs = result["networks"]["3 convolutions"]
    assert [run["seed"] for run in runs] == [0, 1]
    for run in runs:
        acs = run["acs"]
        assert all(-1 <= value <= 1 for value in acs.values())
        assert run["chosen"] == max(run["validation"], key=run["validation"].get)
        assert acs["BiLRP, chosen on validation"] == acs[run["chosen"]]
        assert acs["BiLRP, gamma 0"] == pytest.approx(acs["Hessian x product"], abs=1e-3)
    mean = np.mean([run["acs"]["curvature"] for run in runs])
    assert f"| curvature | {mean:.3f} ± " in printed


def test_networks_that_were_measured_before_are_kept_and_a_transformer_has_rows_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "result.json"

    def run_once(network: Architecture | TransformerArchitecture, *_: object) -> dict[str, object]:
        names = [*reproduce_ground_truth.bilrp_explainers(), *reproduce_ground_truth.baseline_explainers()]
        if isinstance(network, TransformerArchitecture):
            names += reproduce_ground_truth.expanded_explainers()
        return {
            "r2": 0.5,
            "chosen": names[0],
            "acs": dict.fromkeys([*names, reproduce_ground_truth.CHOSEN], 0.25),
        }

    monkeypatch.setattr(reproduce_ground_truth, "run_once", run_once)
    for network in ("5 convolutions", "transformer"):
        options = ["--seeds", "1", "--networks", network, "--json", str(target)]
        monkeypatch.setattr("sys.argv", ["reproduce_ground_truth.py", *options])
        reproduce_ground_truth.main()
    printed = capsys.readouterr().out
    assert "| ACS on test pairs | 5 convolutions | transformer |" in printed
    assert "| BiLRP, gamma 0.1, weights expanded | – | 0.250 |" in printed
    assert [*json.loads(target.read_text())["networks"]] == ["5 convolutions", "transformer"]


@pytest.mark.parametrize("softmax", ["constant", "taylor"])
def test_a_transformer_of_strips_is_explained_by_the_same_rules(softmax: Softmax) -> None:
    scans, random = load_scans(), torch.Generator().manual_seed(0)
    network = start(TransformerArchitecture(width=8, heads=2, blocks=1, features=3), scans, random).eval()
    for ink in (draw_strips(scans, 1, random).ink, draw_strips(scans, 1, random, length=1).ink):
        rules = reproduce_ground_truth.composite(0.1, True, softmax)
        regions = reproduce_ground_truth.REGIONS[:, : ink.shape[3]]
        found = factor(network, ink, rules, regions)
        torch.testing.assert_close(found.phi, network(ink)[0].detach())
        total = found.relevance.double().sum(1) + found.absorbed
        torch.testing.assert_close(total, found.phi.double(), rtol=1e-3, atol=1e-3)

"""Small transformers trained here: what explains them, and the whole comparison in small."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import evaluate_encoders
import numpy as np
import pytest
import torch
from lib.joint_removal import joint_effects
from lib.small_encoders import TASKS, Encoder, Samples, shared, train

from tablekin.models import bilrp

STEPS = {"sentences": 120, "images": 70}


@pytest.fixture(autouse=True, scope="module")
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module", params=TASKS)
def trained(request: pytest.FixtureRequest) -> tuple[Encoder, Samples]:
    task = TASKS[request.param]
    return train(task, STEPS[request.param], 0), task.draw(8, torch.Generator().manual_seed(1))


def test_bilrp_comes_nearer_to_the_exact_joint_effects_than_gradient_times_input(trained) -> None:  # type: ignore[no-untyped-def]
    encoder, samples = trained
    bilrp_name, *_, gradient_name = list(evaluate_encoders.EXPLAINERS)[:4]
    assert gradient_name.startswith("gradient")
    agreement = {}
    for name in (bilrp_name, gradient_name):
        explain = evaluate_encoders.EXPLAINERS[name]
        factors = [explain(encoder, samples.x[place : place + 1]) for place in range(8)]
        found = []
        for a, b in zip(range(7), range(1, 8), strict=True):
            account = bilrp.conservation(factors[a], factors[b])
            assert account.similarity == pytest.approx(
                account.explained + account.absorbed, rel=1e-4, abs=1e-4
            )
            features = [evaluate_encoders.features_of(encoder, samples.x[i : i + 1]) for i in (a, b)]
            places = (len(samples.meaning[a]), len(samples.meaning[b]))
            exact = joint_effects(*features, places)
            if float(shared(samples.meaning[a], samples.meaning[b]).sum()):
                found.append(evaluate_encoders.cosine(bilrp.pair_map(factors[a], factors[b]).numpy(), exact))
        agreement[name] = np.mean(found)
    assert agreement[bilrp_name] > 0.8
    assert agreement[bilrp_name] > agreement[gradient_name] + 0.1


def test_jacobians_from_the_empty_input_leave_what_that_has(trained) -> None:  # type: ignore[no-untyped-def]
    encoder, samples = trained
    x = samples.x[:1]
    found = evaluate_encoders.from_empty(encoder, x)
    empty = encoder(torch.zeros_like(x))[0].double()
    assert found.relevance.shape == (len(empty), samples.meaning.shape[1])
    torch.testing.assert_close(found.absorbed, empty, rtol=0, atol=0.05 * float(found.phi.abs().max()))


def test_comparison_runs_from_end_to_end_and_goes_on_where_it_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "result.json"
    options = ["--steps", "5", "--inputs", "3", "--json", str(target)]
    few = {name: evaluate_encoders.EXPLAINERS[name] for name in list(evaluate_encoders.EXPLAINERS)[2:4]}
    monkeypatch.setattr(evaluate_encoders, "EXPLAINERS", few)
    monkeypatch.setattr("sys.argv", ["evaluate_encoders.py", "--seeds", "1", *options])
    evaluate_encoders.main()
    first = json.loads(target.read_text("utf-8"))
    assert [*first["tasks"]] == [*TASKS]
    monkeypatch.setattr(evaluate_encoders, "run_once", lambda *_: first["tasks"]["images"]["0"])
    monkeypatch.setattr("sys.argv", ["evaluate_encoders.py", "--seeds", "2", *options])
    evaluate_encoders.main()
    found = json.loads(target.read_text("utf-8"))["tasks"]
    assert found["sentences"]["0"] == first["tasks"]["sentences"]["0"] and set(found["images"]) == {"0", "1"}
    deletion = found["images"]["0"]["explanations"][evaluate_encoders.RANDOM]["deletion"]
    assert f"{deletion:.3f} ± 0.000" in capsys.readouterr().out

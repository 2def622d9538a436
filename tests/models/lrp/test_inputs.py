"""Arrays and tensors at the door: taken as they are meant, or refused with advice that works."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from tablekin.models import baselines, bilrp, lrp
from tablekin.models.lrp.inputs import as_input
from tests.support.networks import Vgg, ink, made

EXPLAIN: dict[str, Callable[..., bilrp.Factor]] = {
    "BiLRP": lambda model, x, regions=None: bilrp.factor(model, x, lrp.Zero(), regions),
    "saliency": baselines.saliency,
    "curvature": baselines.curvature,
    "Hessian x product": baselines.hessian_product,
    "embedding": baselines.embedding_similarity,
}
REGIONS = np.arange(6)[:, None] // 3 * 2 + np.arange(5)[None] // 3


@pytest.fixture(params=EXPLAIN.values(), ids=EXPLAIN.keys())
def explain(request: pytest.FixtureRequest) -> Callable[..., bilrp.Factor]:
    return request.param  # type: ignore[no-any-return]


@pytest.mark.parametrize("regions", [None, REGIONS, REGIONS.astype(np.uint8)])
def test_arrays_are_explained_as_the_tensors_they_hold(explain, regions) -> None:  # type: ignore[no-untyped-def]
    network, x = made(Vgg), ink(1, 1, 6, 5)
    expected = explain(network, x, None if regions is None else torch.from_numpy(REGIONS))
    got = explain(network, x.numpy(), regions)
    assert torch.equal(got.relevance, expected.relevance)
    assert torch.equal(got.phi, expected.phi)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4"])
def test_arrays_take_the_type_of_the_model(dtype) -> None:  # type: ignore[no-untyped-def]
    x = np.linspace(0, 1, 12).reshape(1, 1, 3, 4).astype(dtype)
    for model_type in (torch.float32, torch.float64):
        taken = as_input(x, nn.Conv2d(1, 1, 1).to(model_type))
        assert taken.dtype == model_type
        np.testing.assert_allclose(taken.numpy(), x.astype(np.float64), rtol=1e-7)


def test_the_callers_array_is_never_written_to() -> None:
    x = np.ones((1, 1, 3, 3), np.float32)
    as_input(x, nn.Conv2d(1, 1, 1)).zero_()
    assert x.all()


@pytest.mark.parametrize(
    ("x", "error", "reason"),
    [
        (np.zeros((1, 1, 6, 5), np.uint8), TypeError, "not uint8; give for instance x / 255"),
        (torch.zeros(1, 1, 6, 5, dtype=torch.int64), TypeError, "not int64"),
        ([[0.0]], TypeError, r"not a list; give numpy\.asarray\(x\)"),
        (np.zeros((6, 5)), ValueError, r"\(6, 5\); of a grey image give x\[None, None\]"),
        (np.zeros((1, 6, 5)), ValueError, r"give x\[None\]"),
        (np.zeros((6, 5, 3)), ValueError, r"give x\.transpose\(2, 0, 1\)\[None\]"),
        (torch.zeros(6, 5, 3), ValueError, r"give x\.permute\(2, 0, 1\)\[None\]"),
        (np.zeros((2, 1, 6, 5)), ValueError, "one by one"),
        (np.full((1, 1, 6, 5), np.nan), ValueError, "not finite"),
        (torch.zeros(1, 1, 6, 5), ValueError, r"float32, the model float64; give x\.to\(torch\.float64\)"),
    ],
)
def test_what_the_model_cannot_take_is_refused_with_advice(explain, x, error, reason) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=reason):
        explain(made(Vgg), x)


@pytest.mark.parametrize(
    ("given", "advised"),
    [
        (np.ones((6, 5)), lambda x: x[None, None]),
        (np.ones((1, 6, 5)), lambda x: x[None]),
        (np.ones((6, 5, 1)), lambda x: x.transpose(2, 0, 1)[None]),
        (torch.ones(6, 5, 1, dtype=torch.float64), lambda x: x.permute(2, 0, 1)[None]),
        (np.ones((2, 1, 6, 5)), lambda x: x[:1]),
        (torch.ones(1, 1, 6, 5), lambda x: x.to(torch.float64)),
    ],
)
def test_whoever_follows_the_advice_is_let_in(given, advised) -> None:  # type: ignore[no-untyped-def]
    network = made(Vgg)
    with pytest.raises(ValueError):
        bilrp.factor(network, given, lrp.Zero())
    assert bilrp.factor(network, advised(given), lrp.Zero()).phi.shape == (5,)


@pytest.mark.parametrize(
    ("regions", "error", "reason"),
    [
        (REGIONS[:4], ValueError, r"\(4, 5\) do not fit the input \(1, 1, 6, 5\)"),
        (REGIONS.astype(float), TypeError, "give integers, not float64"),
        (REGIONS > 0, TypeError, "give integers, not bool"),
        (REGIONS - 1, ValueError, "numbered from 0, not from -1"),
        (REGIONS.tolist(), TypeError, "not a list"),
    ],
)
def test_regions_that_are_none_are_refused(explain, regions, error, reason) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=reason):
        explain(made(Vgg), ink(1, 1, 6, 5), regions)


def test_a_model_is_a_module() -> None:
    with pytest.raises(TypeError, match=r"must be a torch\.nn\.Module, not a function"):
        bilrp.factor(lambda x: x, ink(1, 1, 6, 5), lrp.Zero())  # type: ignore[arg-type]


def test_images_of_another_shape_than_the_models_are_told_so() -> None:
    with pytest.raises(
        ValueError, match=r"layer 'features\.0' \(Conv2d\) takes 1 channels, but this input gives it 3"
    ):
        bilrp.factor(made(Vgg), ink(1, 3, 6, 5), lrp.Zero())
    model = nn.Sequential(nn.Flatten(), nn.Linear(30, 4)).double()
    with pytest.raises(
        ValueError, match=r"layer '1' \(Linear\) takes 30 numbers, but this input gives it 36"
    ):
        bilrp.factor(model, ink(1, 1, 6, 6), lrp.Zero())


def test_seeds_may_be_arrays() -> None:
    propagation = lrp.Propagation(made(Vgg), ink(1, 1, 6, 5), lrp.Zero())
    seeds = np.eye(5)
    expected = propagation.relevance(torch.from_numpy(seeds)).input
    assert torch.equal(propagation.relevance(seeds).input, expected)
    pooled = propagation.relevance_by_region(seeds, REGIONS).input
    by_hand = [[expected[m, 0][torch.from_numpy(r == REGIONS)].sum() for r in range(4)] for m in range(5)]
    torch.testing.assert_close(pooled, torch.tensor(by_hand, dtype=torch.float64))


def test_factors_of_two_models_make_no_pair() -> None:
    a = bilrp.factor(made(Vgg), ink(1, 1, 6, 5), lrp.Zero())
    b = bilrp.factor(nn.Flatten(), ink(1, 1, 6, 5), lrp.Zero())
    for combine in (bilrp.pair_map, bilrp.marginals, bilrp.conservation):
        with pytest.raises(ValueError, match="5 features, the other 30"):
            combine(a, b)  # type: ignore[operator]

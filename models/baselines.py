"""Baselines of BiLRP: other ways to say which parts of two inputs make them similar.

They are those of Eberle et al. 2020 (arXiv 2003.05431), and integrated Jacobians (Möller et al. 2023, "An attribution
method for Siamese encoders", arXiv 2310.05703), for a similarity ``y = <phi(x), phi(x')>``; ``i`` runs over the numbers
in an input, channels and places:

    saliency              R(i, i') = (x_i x'_i')^2
    curvature             R(i, i') = (d2y / dx_i dx'_i')^2
    Hessian x product     R(i, i') = x_i x'_i' d2y / dx_i dx'_i'
    integrated Jacobians  R(i, i') = (x_i - r_i) (x'_i' - r'_i') sum over m of J_mi J'_mi'
    embedding similarity  R(i, i') = <phi(x, all but region i blank), phi(x', all but region i' blank)>

Because y is bilinear in phi, its mixed second derivative is ``sum over m of g_mi g'_mi'`` with the gradients
``g_mi = d[phi]_m / dx_i``; ``J_mi`` is their mean on the straight way from a reference r to x. All are therefore
products of two factors, one an input, as BiLRP is: :func:`tablekin.models.bilrp.pair_map` of two factors of the same
kind is the baseline's map. Channels and the places of a region are summed. Models must be in evaluation mode; neither
they nor their gradients are changed. Tokens are given as vectors, to the part of a model above its embedding.

>>> import torch
>>> from torch import nn
>>> from tablekin.models import baselines, bilrp
>>> model = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 6 * 6, 5)).eval()
>>> a, b = torch.rand(1, 1, 8, 8), torch.rand(1, 1, 8, 8)
>>> factors = [baselines.hessian_product(model, x) for x in (a, b)]
>>> bilrp.pair_map(*factors).shape
torch.Size([64, 64])
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from tablekin.models.bilrp import Factor, pool
from tablekin.models.lrp.inputs import Array, as_input, as_regions, by_place, check_places, place_shape


def saliency(model: nn.Module, x: Array, regions: Array | None = None, chunk: int = 16) -> Factor:
    """Square the input: one feature, ``x_i^2``.

    The model takes no part, so ``phi`` is not the model's: it is the sum of the squares, and nothing is
    absorbed. Parameters as in :func:`hessian_product`; ``model`` and ``chunk`` are not used.
    """
    x, regions = _prepared(model, x, regions)
    return _complete(_pooled(x**2, regions))


def curvature(model: nn.Module, x: Array, regions: Array | None = None, chunk: int = 16) -> Factor:
    """Square the mixed second derivatives, without making them.

    ``(sum_m g_mi g'_mi')^2 = sum over m <= n of c_mn (g_mi g_ni) (g'_mi' g'_ni')``, c = 1 where m = n and 2
    elsewhere, so ``sqrt(c_mn) g_mi g_ni`` are the ``features * (features + 1) / 2`` rows of the factor. ``phi`` is
    not the model's: it is the sum of each row, and nothing is absorbed. Parameters and errors as in
    :func:`hessian_product`. Memory: the gradients of all features and the factor itself.
    """
    x, regions = _prepared(model, x, regions)
    gradient = torch.cat([part for _, part in _gradients(model, x, chunk)])
    gradient = by_place(gradient)  # (features, channels, places)
    count = len(gradient)
    first, second = torch.triu_indices(count, count, device=x.device)
    scale = (2 - (first == second).to(x.dtype)).sqrt()
    if regions is None:
        return _complete((gradient[first] * gradient[second]).sum(1) * scale[:, None])
    columns = []
    for place in _members(regions.to(x.device)):
        of_region = gradient[:, :, place].flatten(1)
        columns.append((of_region @ of_region.T)[first, second] * scale)
    return _complete(torch.stack(columns, 1))


def hessian_product(model: nn.Module, x: Array, regions: Array | None = None, chunk: int = 16) -> Factor:
    """Multiply gradient and input: rows ``g_mi x_i``.

    ``phi`` is the model's output; ``absorbed`` is what gradient times input leaves of it, which in a network
    with ReLU is the share of the biases.

    Parameters
    ----------
    model
        From inputs ``(n, ...)`` to features ``(n, features)``, differentiable.
    x
        ``(1, channels, h, w)``, vectors of tokens ``(1, tokens, channels)``, or numbers ``(1, n)``.
    regions
        Int, the region of every position, 0 to n - 1: ``(h, w)`` of an image, ``(tokens,)`` of tokens; the places are
        then the regions. Without it they are the ``h * w`` pixels, row by row, the tokens or the numbers.
    chunk
        Features differentiated together; bounds memory.

    Raises
    ------
    TypeError
        If ``x`` are the numbers of tokens, which have no gradient.
    ValueError
        If ``x`` is not one input, ``regions`` does not fit it or the model's output is not ``(1, features)``.
    """
    x, regions = _prepared(model, x, regions)
    values, relevance = [], []
    for value, part in _gradients(model, x, chunk):
        values.append(value)
        relevance.append(_pooled(part * x, regions))
    return _remaining(torch.cat(values), torch.cat(relevance))


def integrated_jacobians(
    model: nn.Module,
    x: Array,
    regions: Array | None = None,
    chunk: int = 16,
    reference: Array | float = 0.0,
    steps: int = 50,
) -> Factor:
    """Multiply the mean gradient on the straight way from a reference with the distance: rows ``J_mi (x_i - r_i)``.

    The rows of exact means sum to ``phi(x) - phi(r)``: a map explains the similarity of what sets both inputs apart
    from their references. ``phi`` is the model's output; ``absorbed`` is what a row leaves of it, ``phi(r)`` and the
    error of taking the mean over a number of points.

    Parameters
    ----------
    model, x, regions, chunk
        As in :func:`hessian_product`.
    reference
        r: of the shape of ``x``, or one number.
    steps
        Points on the way, the middles of as many equal parts.

    Raises
    ------
    TypeError, ValueError
        As in :func:`hessian_product`, and if ``reference`` has not the shape of ``x``.
    """
    x, regions = _prepared(model, x, regions)
    if not isinstance(reference, float | int):
        reference = as_input(reference, model)
        if reference.shape != x.shape:
            raise ValueError(
                f"the reference {tuple(reference.shape)} has not the shape of the input {tuple(x.shape)}"
            )
    away = x - reference
    total: Tensor | None = None
    for step in range(steps):
        point = x - away * (1 - (step + 0.5) / steps)
        found = torch.cat([_pooled(part * away, regions) for _, part in _gradients(model, point, chunk)])
        total = found if total is None else total + found
    if total is None:
        raise ValueError(f"a mean is taken over one point or more, not over {steps}")
    with torch.no_grad():
        phi = _features(model(x.clone()))  # a clone, because the model may work in place
    return _remaining(phi, total / steps)


@torch.no_grad()
def embedding_similarity(
    model: nn.Module, x: Array, regions: Array | None = None, chunk: int = 16, blank: float = 0.0
) -> Factor:
    """Embed every region by itself: column i is ``phi`` of the input with all else blank.

    This is no decomposition: the sum of the pair map is not y. ``phi`` is the model's output for the whole
    input and ``absorbed`` what the regions, each alone, do not add up to; it may well be larger than phi.

    Parameters
    ----------
    model, x, regions
        As in :func:`hessian_product`; without ``regions`` every position is embedded by itself.
    chunk
        Regions embedded together; bounds memory.
    blank
        Value of the positions outside the region.

    Raises
    ------
    ValueError
        As in :func:`hessian_product`.
    """
    x, regions = _prepared(model, x, regions)
    shape = place_shape(x)
    if regions is None:
        regions = torch.arange(math.prod(shape)).reshape(shape)
    regions = regions.to(x.device)
    regions = (
        regions if x.ndim == 2 else regions[..., None] if x.ndim == 3 else regions[None]
    )  # beside channels
    phi = _features(model(x.clone()))  # a clone, because the model may work in place
    numbers = torch.arange(int(regions.max()) + 1, device=x.device)
    alone = [
        model(torch.where(regions == part.reshape(-1, *(1,) * (x.ndim - 1)), x, blank))
        for part in numbers.split(chunk)
    ]
    return _remaining(phi, torch.cat(alone).T)


def _prepared(model: nn.Module, x: Array, regions: Array | None) -> tuple[Tensor, Tensor | None]:
    """Turn an input and its regions into tensors as the model takes them."""
    x = as_input(x, model)
    if not x.is_floating_point():
        raise TypeError(
            "numbers of tokens have no gradient; give their vectors, (1, tokens, channels), to the part of the model "
            "above the embedding"
        )
    check_places(x, model)
    return x, None if regions is None else as_regions(regions, x)


def _features(output: Tensor) -> Tensor:
    """Take the features ``(features,)`` from an output ``(1, features)``."""
    if output.ndim != 2:
        raise ValueError(f"expected features (1, n), not {tuple(output.shape)}")
    return output[0].detach()


def _gradients(model: nn.Module, x: Tensor, chunk: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Differentiate all features after one forward pass.

    Yields
    ------
    tuple
        For at most ``chunk`` features: their values ``(n,)`` and gradients ``(n, ...)``.
    """
    leaf = x.detach().clone().requires_grad_()
    with torch.enable_grad():
        output = model(leaf.clone())  # a clone, because the model may work in place
    phi = _features(output)
    seeds = torch.eye(len(phi), dtype=phi.dtype, device=phi.device)
    for rows, values in zip(seeds.split(chunk), phi.split(chunk), strict=True):
        (gradient,) = torch.autograd.grad(
            output, leaf, rows[:, None], retain_graph=True, is_grads_batched=True
        )
        yield values, gradient[:, 0]


def _members(regions: Tensor) -> list[Tensor]:
    """List the places of every region, as numbers row by row."""
    flat = regions.flatten().to(torch.int64)
    counts: list[int] = torch.bincount(flat).tolist()
    return list(torch.argsort(flat, stable=True).split(counts))


def _pooled(at_input: Tensor, regions: Tensor | None) -> Tensor:
    """Sum ``(features, ...)`` over channels and regions: ``(features, places)``."""
    at_places = by_place(at_input).sum(1)
    return at_places if regions is None else pool(at_places, regions)


def _complete(relevance: Tensor) -> Factor:
    """Make a factor whose features are the sums of its rows."""
    nothing = torch.zeros(len(relevance), dtype=torch.float64, device=relevance.device)
    return Factor(relevance, relevance.sum(1), nothing)


def _remaining(phi: Tensor, relevance: Tensor) -> Factor:
    """Make a factor of the model's features; what no place received counts as absorbed."""
    return Factor(relevance, phi, phi.double() - relevance.double().sum(1))

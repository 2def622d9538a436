"""BiLRP: which parts of two inputs, together, make them similar.

For a similarity ``y = <phi(x), phi(x')>``, the relevance of a pair of places is (Eberle et al. 2020,
equation 6)

    R(i, i') = sum over features m of  LRP([phi]_m, x)_i * LRP([phi]_m, x')_i'.

Each input is explained once: its **factor** F, ``(features, places)``, holds the relevance of every feature
at every place: a pixel, a token, a unit of a layer within, or a region of these. The map of a pair is the product
``F_a^T F_b``; pooling into regions is linear and commutes with it. :class:`tablekin.models.attribution.BiLRP` does all
this in one call.

>>> import numpy as np
>>> import torch
>>> from torch import nn
>>> from tablekin.models import bilrp, lrp
>>> model = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 10 * 10, 20)).eval()
>>> a, b = np.random.default_rng(0).random((2, 1, 1, 12, 12))  # two grey images of 12 x 12 pixels
>>> quarters = np.arange(12)[:, None] // 6 * 2 + np.arange(12) // 6  # region of every pixel, 0 to 3
>>> of_a, of_b = (bilrp.factor(model, x, [lrp.ZBox(0, 1), lrp.Gamma(0.25)], quarters) for x in (a, b))
>>> bilrp.pair_map(of_a, of_b).shape  # quarters of a, quarters of b
torch.Size([4, 4])
>>> account = bilrp.conservation(of_a, of_b)
>>> abs(account.similarity - account.explained - account.absorbed) < 1e-4
True
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from tablekin.models.lrp.composite import Rules
from tablekin.models.lrp.inputs import Array, as_input, as_regions, by_place, check_places, place_shape
from tablekin.models.lrp.propagation import Propagation
from tablekin.models.lrp.region_pooling import pool as pool

Places = Literal["positions", "units"]
"""What the places of a value are: its positions, channels summed, or every number in it."""


@dataclass(frozen=True)
class Factor:
    """The explanation of one input: every feature's relevance at every place.

    ``relevance.sum(1) + absorbed`` is ``phi``, up to rounding.
    """

    relevance: Tensor  # (features, places)
    phi: Tensor  # (features,)
    absorbed: Tensor  # (features,) float64: part of phi that no place received
    shape: tuple[int, ...] = ()  # how the places lie, row by row; left out, they lie in one row

    def __post_init__(self) -> None:
        if not self.shape:
            object.__setattr__(self, "shape", tuple(self.relevance.shape[1:]))


@dataclass(frozen=True)
class Conservation:
    """Where the similarity of a pair went: ``similarity = explained + absorbed + error``."""

    similarity: float  # <phi_a, phi_b>
    explained: float  # sum of the pair map
    absorbed: float  # similarity that touches what either factor absorbed
    error: float  # rounding


def factor(
    model: nn.Module,
    x: Array,
    rules: Rules,
    regions: Array | None = None,
    chunk: int | None = None,
    *,
    layer: str | int | None = None,
    places: Places = "positions",
) -> Factor:
    """Explain every feature of one input.

    Parameters
    ----------
    model
        To features ``(1, features)``; see :class:`tablekin.models.lrp.propagation.Propagation` for what it may be made
        of.
    x
        An image ``(1, channels, h, w)``, the numbers of tokens ``(1, tokens)`` where the model looks them up in an
        ``nn.Embedding``, vectors of tokens ``(1, tokens, channels)`` or numbers ``(1, n)``; an array, or a tensor on
        the model's device and, but for tokens, of its floating type.
    rules
        The LRP rule of every layer with weights: a composite, pairs of a selector and a rule, a list of rules in the
        order of the layers, or one rule for all (:meth:`tablekin.models.lrp.composite.Composite.of`).
    regions
        Int, the region of every position, 0 to n - 1: ``(h, w)`` of an image, ``(tokens,)`` of tokens. The places
        are then the regions: patches of an image (:func:`patches`), words or sentences of several tokens.
    chunk
        Features explained together; bounds memory. By default, as many as keep every map of theirs below 128 MiB.
    layer
        Explain down to the output of this layer and not to the input: the name of a module, or the number of a layer
        with weights in the order of execution (negative: from the end). The positions are then those of its output.
        Relevance that goes around the layer, for instance by a residual connection, counts as absorbed.
    places
        ``"positions"``, channels summed: the ``h * w`` pixels of an image or map, row by row; the tokens; the numbers.
        A token given by its number has the relevance of its whole vector. ``"units"``: every number in the input
        or in the output of the layer.

    Raises
    ------
    ValueError
        If ``x`` is not one input of these kinds, the model's output is not ``(1, features)``, ``regions`` do not fit
        the positions, or there is no such layer.
    TypeError, UnsupportedOperationError, MissingRuleError
        As :class:`tablekin.models.lrp.propagation.Propagation`.

    Examples
    --------
    Factors of two images, by pixel; a model without biases absorbs nothing, so the map sums to the similarity:

    >>> import torch
    >>> from torch import nn
    >>> from tablekin.models.bilrp import factor, pair_map
    >>> from tablekin.models.lrp import Gamma, Zero
    >>> model = nn.Sequential(nn.Conv2d(3, 8, 5, bias=False), nn.ReLU(), nn.MaxPool2d(4), nn.Flatten()).eval()
    >>> a, b = torch.rand(1, 3, 16, 16), torch.rand(1, 3, 16, 16)
    >>> relevance = pair_map(factor(model, a, Gamma(0.25)), factor(model, b, Gamma(0.25)))
    >>> relevance.shape
    torch.Size([256, 256])
    >>> torch.allclose(relevance.sum(), (model(a) * model(b)).sum(), rtol=1e-3)
    True

    Of a text, by token, and by unit of its first layer:

    >>> model = nn.Sequential(nn.Embedding(50, 8), nn.Flatten(), nn.Linear(5 * 8, 12), nn.GELU(), nn.Linear(12, 6))
    >>> tokens = torch.tensor([[7, 1, 42, 7, 0]])
    >>> factor(model.eval(), tokens, Zero()).relevance.shape, factor(model, tokens, Zero(), layer=0).relevance.shape
    (torch.Size([6, 5]), torch.Size([6, 12]))
    """
    x = as_input(x, model)
    check_places(x, model)
    return explain(Propagation(model, x, rules), regions, chunk, layer, places)


def explain(
    propagation: Propagation,
    regions: Array | None = None,
    chunk: int | None = None,
    layer: str | int | None = None,
    places: Places = "positions",
) -> Factor:
    """Explain every feature of a model that was run at one input; as :func:`factor`.

    Raises
    ------
    ValueError
        As :func:`factor`.
    """
    if propagation.output.ndim != 2:
        raise ValueError(f"expected features (1, n), not {tuple(propagation.output.shape)}")
    if places not in get_args(Places):
        raise ValueError(f"places are 'positions' or 'units', not {places!r}")
    if places == "units" and regions is not None:
        raise ValueError("regions are of positions; leave them out, or explain places='positions'")
    phi = propagation.output[0].detach()
    value = propagation.value(layer)
    if regions is not None:
        regions = as_regions(regions, value)
        if layer is None:
            by_region = propagation.relevance_by_region(torch.diag(phi), regions, chunk)
            return Factor(by_region.input, phi, by_region.absorbed)
    relevance, absorbed = [], []
    for seeds in torch.diag(phi).split(chunk or propagation.at_once(layer)):
        part = propagation.relevance(seeds, len(seeds), layer)
        at_places = part.input.flatten(1) if places == "units" else by_place(part.input).sum(1)
        relevance.append(at_places if regions is None else pool(at_places, regions))
        absorbed.append(part.absorbed + part.around)
    shape = () if regions is not None else tuple(value.shape[1:]) if places == "units" else place_shape(value)
    return Factor(torch.cat(relevance), phi, torch.cat(absorbed), shape)


def patches(height: int, width: int, side: int) -> Tensor:
    """Divide an image into square patches, numbered row by row: its regions ``(height, width)``.

    Parameters
    ----------
    height, width
        Pixels of the image.
    side
        Pixels of a patch; those at the right and the lower edge are smaller where it does not divide the image.

    Examples
    --------
    >>> from tablekin.models.bilrp import patches
    >>> patches(2, 4, 2)
    tensor([[0, 0, 1, 1],
            [0, 0, 1, 1]])
    """
    across = -(-width // side)
    return torch.arange(height)[:, None] // side * across + torch.arange(width) // side


def pair_map(a: Factor, b: Factor) -> Tensor:
    """Relevance of every pair of places, ``(places of a, places of b)``.

    Raises
    ------
    ValueError
        If the factors are not of the same features.
    """
    _check_features(a, b)
    return a.relevance.T @ b.relevance


def marginals(a: Factor, b: Factor) -> tuple[Tensor, Tensor]:
    """Relevance of every place of ``a`` and of ``b`` to their similarity, ``(places,)`` each.

    The row and column sums of :func:`pair_map`, without making it.

    Raises
    ------
    ValueError
        If the factors are not of the same features.
    """
    _check_features(a, b)
    return a.relevance.T @ b.relevance.sum(1), b.relevance.T @ a.relevance.sum(1)


def conservation(a: Factor, b: Factor) -> Conservation:
    """Account for the similarity of a pair, in float64.

    Raises
    ------
    ValueError
        If the factors are not of the same features.
    """
    _check_features(a, b)
    arrived_a, arrived_b = a.relevance.double().sum(1), b.relevance.double().sum(1)
    similarity = float(a.phi.double() @ b.phi.double())
    explained = float(arrived_a @ arrived_b)
    absorbed = float(arrived_a @ b.absorbed + a.absorbed @ arrived_b + a.absorbed @ b.absorbed)
    return Conservation(similarity, explained, absorbed, similarity - explained - absorbed)


def _check_features(a: Factor, b: Factor) -> None:
    if len(a.phi) != len(b.phi):
        raise ValueError(
            f"one factor has {len(a.phi)} features, the other {len(b.phi)}: explain both inputs with the same model, "
            "or with two that end in the same number of features"
        )

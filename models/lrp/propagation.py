"""Layer-wise relevance propagation as a linear map: one forward pass, then any number of seeds at once.

For a fixed input, LRP maps the relevance of a model's output linearly to that of its input. The model is
traced into a graph with ``torch.fx`` and run once; seeds then travel back through the graph together, the
index of the seed in the place of the batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn

from tablekin.models.lrp.composite import Composite, Rules
from tablekin.models.lrp.inputs import Array, as_input, as_regions, by_place
from tablekin.models.lrp.recording import Recording
from tablekin.models.lrp.region_pooling import pool, pool_regions
from tablekin.models.lrp.step import at_once
from tablekin.models.precision import full_precision


@dataclass(frozen=True)
class Relevance:
    """Relevance that reached the input, or a layer, and what was absorbed on the way.

    ``input`` summed over all but its first axis, plus ``absorbed`` and ``around``, is the sum of each seed, up to
    rounding.
    """

    input: Tensor  # (seeds, *input), or (seeds, *output of the layer)
    absorbed: Tensor  # (seeds,) float64: taken by biases, constants, stabilisers and vanishing sums
    around: (
        Tensor  # (seeds,) float64: went past the layer, for instance by a residual connection; 0 of the input
    )


class Propagation:
    """A model at one input: its output, and the linear map from relevance there to relevance at the input.

    Parameters
    ----------
    model
        Built of convolutions, linear layers, batch normalisation directly after either, what the modules
        ``operations``, ``activations``, ``normalisation``, ``rearranging``, ``attention`` and ``unfolding``
        beside this one know, and modules that record themselves.
    x
        ``(1, *input)``; an array, or a tensor on the model's device and of its floating type; integers where the
        model looks them up in an ``nn.Embedding``.
    rules
        The rule of every convolution and linear layer, in any form that
        :meth:`tablekin.models.lrp.composite.Composite.of` takes.

    Raises
    ------
    UnsupportedOperationError
        If the model does anything else, naming it.
    MissingRuleError
        If a layer with weights has no rule, or a rule no layer, naming it.
    TypeError, ValueError
        If ``x`` is not one input of the model, or ``rules`` are no rules, with advice.

    Examples
    --------
    Each of two outputs is explained; what biases do not absorb arrives at the input:

    >>> import torch
    >>> from torch import nn
    >>> from tablekin.models.lrp import Gamma, Propagation, ZBox
    >>> model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 6, 2)).eval()
    >>> propagation = Propagation(model, torch.rand(1, 1, 8, 8), [ZBox(0, 1), Gamma(0.25)])
    >>> found = propagation.relevance(torch.diag(propagation.output[0]))  # one seed an output
    >>> found.input.shape
    torch.Size([2, 1, 8, 8])
    >>> total = found.input.sum((1, 2, 3)) + found.absorbed
    >>> torch.allclose(total, propagation.output[0].double(), atol=1e-4)
    True
    """

    @full_precision()
    def __init__(self, model: nn.Module, x: Array, rules: Rules) -> None:
        self.x = as_input(x, model)
        self._recording = Recording(model, self.x, Composite.of(rules))
        self.output = self._recording.output  # (1, *output)

    @full_precision()
    def relevance(self, seeds: Array, chunk: int | None = None, layer: str | int | None = None) -> Relevance:
        """Pass seeds back to the input, or to the output of a layer.

        Parameters
        ----------
        seeds
            ``(seeds, *output)``, relevance of the output; a tensor or an array.
        chunk
            Seeds passed back together. Memory grows with ``chunk`` times the size of the largest maps. By default, as
            many as keep each of them below 128 MiB: the more, the faster.
        layer
            Where to stop: the name of a module, for instance ``"blocks.0"``, or the number of a layer with weights in
            the order of execution (negative: from the end). Relevance is then that of its output.

        Raises
        ------
        ValueError
            If the seeds have not the shape of the output, or there is no such layer.

        Examples
        --------
        The relevance of the units of a hidden layer:

        >>> import torch
        >>> from torch import nn
        >>> from tablekin.models.lrp import Propagation, Zero
        >>> model = nn.Sequential(nn.Linear(8, 5), nn.ReLU(), nn.Linear(5, 2)).eval()
        >>> propagation = Propagation(model, torch.rand(1, 8), Zero())
        >>> propagation.relevance(torch.diag(propagation.output[0]), layer=0).input.shape  # outputs, units
        torch.Size([2, 5])
        """
        seeds, node = self._as_seeds(seeds), self._recording.node_of(layer)
        parts = [self._passed_back(part, node) for part in seeds.split(chunk or self._at_once(node))]
        return Relevance(
            torch.cat([part.input for part in parts]),
            torch.cat([part.absorbed for part in parts]),
            torch.cat([part.around for part in parts]),
        )

    def at_once(self, layer: str | int | None = None) -> int:
        """Tell how many seeds are passed back together by default, to the input or to the output of a layer.

        Raises
        ------
        ValueError
            If there is no such layer.
        """
        return self._at_once(self._recording.node_of(layer))

    def value(self, layer: str | int | None = None) -> Tensor:
        """Give the output ``(1, ...)`` of a layer, named as for :meth:`relevance`; without one, the input.

        Raises
        ------
        ValueError
            If there is no such layer.
        """
        return self._recording.value_of(self._recording.node_of(layer))

    @full_precision()
    def relevance_by_region(self, seeds: Array, regions: Array, chunk: int | None = None) -> Relevance:
        """Pass seeds back to the input and add up what arrives in each region.

        The same, to rounding, as summing :meth:`relevance` over the places of the regions and over channels, but
        where the lower layers of images are a chain and see few regions at a time, they are passed once a colour of
        regions instead of once a seed (:mod:`tablekin.models.lrp.region_pooling`).

        Parameters
        ----------
        seeds, chunk
            As for :meth:`relevance`.
        regions
            Int, the region of every place, 0 to n - 1: ``(h, w)`` of an image, ``(tokens,)`` of tokens.

        Returns
        -------
        Relevance
            Its ``input`` is ``(seeds, regions)``.

        Raises
        ------
        ValueError
            If the seeds have not the shape of the output, or the regions not that of the input.
        """
        seeds, regions = self._as_seeds(seeds), as_regions(regions, self.x)
        if self.x.ndim != 4:
            source = self._recording.source
            parts = seeds.split(chunk or self._at_once(source))
            found = [self._passed_back(part, source) for part in parts]
            return Relevance(
                torch.cat([pool(by_place(part.input).sum(1), regions) for part in found]),
                torch.cat([part.absorbed for part in found]),
                torch.cat([part.around for part in found]),
            )
        chain, steps = self._recording.chain(), self._recording.steps
        whole = sum(step.cost for _, step in steps.values())
        with torch.no_grad():
            place, shares = pool_regions(
                self.x, regions, [steps[node][1] for node in chain], len(seeds), whole, chunk
            )
            node = chain[place - 1] if place else self._recording.source
            parts = [self._passed_back(part, node) for part in seeds.split(chunk or self._at_once(node))]
            pooled = [shares.pool(part.input, part.absorbed) for part in parts]
        absorbed = torch.cat([taken for _, taken in pooled])
        return Relevance(torch.cat([part for part, _ in pooled]), absorbed, torch.zeros_like(absorbed))

    def _at_once(self, to: fx.Node) -> int:
        """Tell how many seeds to pass back together to a node."""
        recording = self._recording
        nodes = list(recording.steps)
        passed = nodes if to is recording.source else nodes[nodes.index(to) :]
        return at_once([recording.value_of(node) for node in (to, *passed)])

    def _as_seeds(self, seeds: Array) -> Tensor:
        if seeds.shape[1:] != self.output.shape[1:]:
            raise ValueError(f"seeds {tuple(seeds.shape)} do not fit the output {tuple(self.output.shape)}")
        return torch.as_tensor(seeds).to(self.output)

    @torch.no_grad()
    def _passed_back(self, seeds: Tensor, to: fx.Node) -> Relevance:
        """Pass all seeds ``(seeds, *output)`` back together to the value of the node ``to``."""
        recording = self._recording
        arrived: dict[fx.Node, Tensor] = {recording.out: seeds.clone()}
        absorbed = seeds.new_zeros(len(seeds), dtype=torch.float64)
        for node in reversed(recording.steps):
            if node is to:
                break
            if node not in arrived:
                continue  # computed but not used
            sources, step = recording.steps[node]
            shares, kept = step.backward(arrived.pop(node))
            absorbed = absorbed + kept
            for source, share in zip(sources, shares, strict=True):
                if share is None:
                    continue
                arrived[source] = arrived[source] + share if source in arrived else share
        there = arrived.get(to)
        if there is None:  # the output does not depend on it
            there = seeds.new_zeros((len(seeds), *recording.value_of(to).shape[1:]))
        around = torch.zeros_like(absorbed)
        for node, relevance in arrived.items():
            if node is not to:
                around += relevance.flatten(1).sum(1, dtype=torch.float64)
        return Relevance(there, absorbed, around)

"""Layer-wise relevance propagation as a linear map: one forward pass, then any number of seeds at once.

For a fixed input, LRP maps the relevance of a model's output linearly to that of its input. The model is
traced into a graph with ``torch.fx`` and run once; seeds then travel back through the graph together, the
index of the seed in the place of the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional as F

from tablekin.models.lrp.layers import weighted
from tablekin.models.lrp.operations import FUNCTIONS, METHODS, MODULES, PASSING, SHARING
from tablekin.models.lrp.region_pooling import pool_regions
from tablekin.models.lrp.rules import Composite
from tablekin.models.lrp.step import Constant, Recorder, Step, UnsupportedOperationError
from tablekin.models.lrp.tracing import Tracer, asks_for_shape, attribute, inputs_of

WEIGHTED = (nn.Conv2d, nn.Linear)
_RELU = (nn.ReLU, F.relu, torch.relu, "relu", "relu_")
NORMALISATION = (nn.BatchNorm1d, nn.BatchNorm2d)


@dataclass(frozen=True)
class Relevance:
    """Relevance that reached the input, and what was absorbed on the way.

    ``input`` summed over all but its first axis, plus ``absorbed``, is the sum of each seed, up to rounding.
    """

    input: Tensor  # (seeds, *input)
    absorbed: Tensor  # (seeds,) float64: taken by biases, constants, stabilisers and vanishing sums


class Propagation:
    """A model at one input: its output, and the linear map from relevance there to relevance at the input.

    Parameters
    ----------
    model
        Built of convolutions, linear layers, batch normalisation directly after either, the operations of
        ``models.operations`` and modules that record themselves.
    x
        ``(1, *input)``, on the model's device and of its floating type.
    composite
        The rule of every convolution and linear layer.

    Raises
    ------
    UnsupportedOperationError
        If the model does anything else, naming it.
    MissingRuleError
        If a layer with weights has no rule, naming it.
    ValueError
        If ``x`` is not one input.
    """

    def __init__(self, model: nn.Module, x: Tensor, composite: Composite) -> None:
        if len(x) != 1:
            raise ValueError(f"expected one input, (1, ...), not {tuple(x.shape)}")
        tracer = Tracer()
        if tracer.is_leaf_module(model, ""):
            model = nn.Sequential(model)  # a layer by itself, then named "0"
        self.x = x
        self._model = model
        self._modules = dict(model.named_modules())
        self._graph = tracer.trace(model)
        self._composite = composite
        self._values: dict[fx.Node, Tensor | Constant] = {}
        self._steps: dict[fx.Node, tuple[list[fx.Node], Step]] = {}
        with torch.no_grad():
            self._run()
        value = self._values[self._out]
        if not isinstance(value, Tensor):
            raise UnsupportedOperationError("the model's output does not depend on its input")
        self.output = value  # (1, *output)
        del self._values

    def _run(self) -> None:
        nodes = list(self._graph.nodes)
        placeholders = [node for node in nodes if node.op == "placeholder"]
        results = [node.args[0] for node in nodes if node.op == "output"]
        if len(placeholders) != 1 or not isinstance(results[0], fx.Node):
            raise UnsupportedOperationError("the model must take one tensor and return one tensor")
        self._source, self._out = placeholders[0], results[0]
        modules = [node for node in nodes if node.op == "call_module"]
        self._layers = [node for node in modules if isinstance(self._module(node), WEIGHTED)]
        place = {node: index for index, node in enumerate(self._layers)}
        for node in nodes:
            if node.op == "placeholder":
                self._values[node] = self.x
            elif node.op == "get_attr":
                self._values[node] = Constant(attribute(self._model, str(node.target)))
            elif node.op != "output":
                self._record(node, place.get(node, -1), len(self._layers))

    def _module(self, node: fx.Node) -> nn.Module:
        return self._modules[str(node.target)]

    def _record(self, node: fx.Node, place: int, count: int) -> None:
        """Run one node and keep its value and its way back."""
        inputs = inputs_of(node)
        sources = [source for source in inputs if isinstance(self._values[source], Tensor)]
        if node.op != "call_module" and (not sources or asks_for_shape(node)):
            self._values[node] = self._computed(node)
            return
        try:
            if node.op == "call_module" and node.args:
                step = self._run_module(node, place, count)
            else:
                table: dict[Any, Any] = METHODS if node.op == "call_method" else FUNCTIONS
                if node.target not in table:
                    raise UnsupportedOperationError("no way back is known")
                step = table[node.target](*self._evaluated(node.args), **self._evaluated(node.kwargs))
        except UnsupportedOperationError as error:
            raise UnsupportedOperationError(f"{node.format_node()}: {error}") from error
        self._values[node] = step.output
        self._steps[node] = (sources, step)

    def _computed(self, node: fx.Node) -> Any:
        """Run a node that no relevance passes: a shape, a number, a constant."""

        def plain(source: fx.Node) -> Any:
            value = self._values[source]
            return value.value if isinstance(value, Constant) else value

        arguments: Any = (node.args, node.kwargs)
        args, kwargs = fx.map_arg(arguments, plain)
        target: Any = node.target
        value = (
            getattr(args[0], target)(*args[1:], **kwargs)
            if node.op == "call_method"
            else target(*args, **kwargs)
        )
        return Constant(value) if isinstance(value, Tensor) else value

    def _evaluated(self, arguments: Any) -> Any:
        """Replace nodes by their values."""
        values: Any = self._values
        return fx.map_arg(arguments, values.__getitem__)

    def _run_module(self, node: fx.Node, place: int, count: int) -> Step:
        module, below = self._module(node), node.args[0]
        x = self._values[below] if isinstance(below, fx.Node) else None
        if not isinstance(x, Tensor):
            raise UnsupportedOperationError("its input does not depend on the model's")
        if isinstance(module, WEIGHTED):
            rule = self._composite.rule_for(str(node.target), module, place, count)
            normalisation = self._normalisation(node)
            above = node if normalisation is None else next(iter(node.users))
            return weighted(module, x, rule, normalisation, self._rectified(above))
        if isinstance(module, NORMALISATION):
            if not (isinstance(below, fx.Node) and self._normalisation(below) is module):
                raise UnsupportedOperationError(
                    "batch normalisation must follow a convolution or linear layer"
                )
            return MODULES[nn.Identity](module, x)  # already folded into the layer below
        if isinstance(module, Recorder):
            return module.record(x)
        if type(module) not in MODULES:
            raise UnsupportedOperationError(f"no way back is known through {type(module).__name__}")
        return MODULES[type(module)](module, x)

    def _normalisation(self, node: fx.Node) -> nn.Module | None:
        """Find the batch normalisation that alone takes the output of a layer with weights."""
        users = list(node.users)
        if node.op != "call_module" or not isinstance(self._module(node), WEIGHTED) or len(users) != 1:
            return None
        above = self._module(users[0]) if users[0].op == "call_module" else None
        return above if isinstance(above, NORMALISATION) else None

    def _rectified(self, node: fx.Node) -> bool:
        """Tell whether a value goes through a ReLU alone and no relevance returns to units that are off."""
        users = list(node.users)
        return len(users) == 1 and self._kind(users[0]) in _RELU and self._off_units_get_nothing(users[0])

    def _off_units_get_nothing(self, node: fx.Node) -> bool:
        """Tell whether all that use a value hand no relevance to where it is zero."""
        for user in node.users:
            kind = self._kind(user)
            if kind in WEIGHTED:
                place = self._layers.index(user)
                rule = self._composite.rule_for(
                    str(user.target), self._module(user), place, len(self._layers)
                )
                if not rule.proportional:
                    return False
            elif kind in PASSING:
                if not self._off_units_get_nothing(user):
                    return False
            elif kind not in SHARING:
                return False
        return bool(node.users)

    def _kind(self, node: fx.Node) -> Any:
        """Name what a node does: the type of its module, its function or its method."""
        return type(self._module(node)) if node.op == "call_module" else node.target

    def relevance(self, seeds: Tensor, chunk: int = 16) -> Relevance:
        """Pass seeds back to the input.

        Parameters
        ----------
        seeds
            ``(seeds, *output)``, relevance of the output.
        chunk
            Seeds passed back together. Memory grows with ``chunk`` times the size of the largest maps.

        Raises
        ------
        ValueError
            If the seeds have not the shape of the output.
        """
        self._check(seeds)
        parts = [self._passed_back(part, self._source) for part in seeds.split(chunk)]
        return Relevance(
            torch.cat([part.input for part in parts]), torch.cat([part.absorbed for part in parts])
        )

    def relevance_by_region(self, seeds: Tensor, regions: Tensor, chunk: int = 16) -> Relevance:
        """Pass seeds back to the input and add up what arrives in each region.

        The same, to rounding, as summing :meth:`relevance` over the pixels of the regions and over channels, but
        where the lower layers are a chain and see few regions at a time, they are passed once a colour of regions
        instead of once a seed (:mod:`models.meeting`).

        Parameters
        ----------
        seeds, chunk
            As for :meth:`relevance`.
        regions
            ``(h, w)`` int, the region of every pixel, 0 to n - 1.

        Returns
        -------
        Relevance
            Its ``input`` is ``(seeds, regions)``.

        Raises
        ------
        ValueError
            If the seeds have not the shape of the output, or the regions not that of the input.
        """
        self._check(seeds)
        if self.x.ndim != 4 or regions.shape != self.x.shape[-2:]:
            raise ValueError(f"regions {tuple(regions.shape)} do not fit the input {tuple(self.x.shape)}")
        chain = self._chain()
        whole = sum(step.cost for _, step in self._steps.values())
        with torch.no_grad():
            place, reading = pool_regions(
                self.x, regions, [self._steps[node][1] for node in chain], len(seeds), whole, chunk
            )
            node = chain[place - 1] if place else self._source
            parts = [self._passed_back(part, node) for part in seeds.split(chunk)]
            read = [reading.read(part.input, part.absorbed) for part in parts]
        return Relevance(torch.cat([pooled for pooled, _ in read]), torch.cat([taken for _, taken in read]))

    def _check(self, seeds: Tensor) -> None:
        if seeds.shape[1:] != self.output.shape[1:]:
            raise ValueError(f"seeds {tuple(seeds.shape)} do not fit the output {tuple(self.output.shape)}")

    def _chain(self) -> list[fx.Node]:
        """List the operations on maps, from the input up, that all relevance passes one after the other."""
        chain: list[fx.Node] = []
        node = self._source
        while len(node.users) == 1:
            node = next(iter(node.users))
            if node not in self._steps:
                break
            sources, step = self._steps[node]
            if len(sources) != 1 or step.forth is None or step.output.ndim != 4:
                break
            chain.append(node)
        return chain

    @torch.no_grad()
    def _passed_back(self, seeds: Tensor, to: fx.Node) -> Relevance:
        """Pass all seeds ``(seeds, *output)`` back together to the value of the node ``to``."""
        arrived: dict[fx.Node, Tensor] = {self._out: seeds.clone()}
        absorbed = seeds.new_zeros(len(seeds), dtype=torch.float64)
        for node in reversed(self._steps):
            if node is to:
                break
            if node not in arrived:
                continue  # computed but not used
            sources, step = self._steps[node]
            shares, kept = step.back(arrived.pop(node))
            absorbed = absorbed + kept
            for source, share in zip(sources, shares, strict=True):
                arrived[source] = arrived[source] + share if source in arrived else share
        there = arrived.get(to)
        if there is None:  # the output does not depend on it
            value = self.x if to is self._source else self._steps[to][1].output
            there = seeds.new_zeros((len(seeds), *value.shape[1:]))
        return Relevance(there, absorbed)

"""Recording: a model run once at one input, every operation kept with its way back."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.nn import functional as F

from tablekin.models.lrp import activations, attention, normalisation, rearranging
from tablekin.models.lrp.composite import Composite
from tablekin.models.lrp.layers import weighted
from tablekin.models.lrp.operations import FUNCTIONS, METHODS, MODULES, PASSING, SHARING
from tablekin.models.lrp.step import Constant, Recorder, Step, UnsupportedOperationError
from tablekin.models.lrp.tracing import OUTPUT_OF, Tracer, asks_for_shape, attribute, inputs_of, traced
from tablekin.models.lrp.unfolding import UNFOLDED

WEIGHTED = (nn.Conv2d, nn.Linear)
_RELU = (nn.ReLU, F.relu, torch.relu, "relu", "relu_")
NORMALISATION = (nn.BatchNorm1d, nn.BatchNorm2d)
_OTHERS = (rearranging, activations, normalisation)
_MODULES = MODULES | {kind: step for others in _OTHERS for kind, step in others.MODULES.items()}
_KNOWN = ", ".join(
    sorted(
        {
            kind.__name__
            for kind in (*WEIGHTED, *NORMALISATION, *_MODULES, *UNFOLDED, nn.Embedding, nn.Softmax)
        }
    )
)


class Recording:
    """A model that was run at one input.

    Parameters
    ----------
    model, composite
        As for :class:`tablekin.models.lrp.propagation.Propagation`.
    x
        ``(1, *input)``.

    Attributes
    ----------
    x
        ``(1, *input)``.
    source, out
        The nodes of the model's graph that stand for its input and its output.
    steps
        For every operation relevance passes, in the order of execution, the nodes it takes and its step.
    output
        ``(1, *output)``.

    Raises
    ------
    UnsupportedOperationError, MissingRuleError
        As for :class:`tablekin.models.lrp.propagation.Propagation`.
    ValueError
        If a layer is given another number of channels than it takes.
    """

    def __init__(self, model: nn.Module, x: Tensor, composite: Composite) -> None:
        tracer = Tracer()
        if tracer.is_leaf_module(model, "") or type(model) in UNFOLDED:
            model = nn.Sequential(model)  # a layer by itself, then named "0"
        self._model = model
        self._graph = traced(tracer, model)
        self._modules = dict(model.named_modules()) | tracer.made
        self._functions = dict(FUNCTIONS)
        self._methods = dict(METHODS)
        for others in _OTHERS:
            self._functions |= others.FUNCTIONS
            self._methods |= others.METHODS
        self._functions |= attention.functions_for(composite.softmax)
        self._methods |= attention.methods_for(composite.softmax)
        self._known_modules = _MODULES | attention.modules_for(composite.softmax)
        self._composite, self.x = composite, x
        self._values: dict[fx.Node, Tensor | Constant] = {}
        self.steps: dict[fx.Node, tuple[list[fx.Node], Step]] = {}
        with torch.no_grad():
            self._run(x)
        value = self._values[self.out]
        if not isinstance(value, Tensor):
            raise UnsupportedOperationError(
                "the model's output does not depend on its input, but through constants at most; the softmax is one, "
                "except in a Composite with softmax='taylor'"
            )
        self.output = value
        del self._values

    def _run(self, x: Tensor) -> None:
        nodes = list(self._graph.nodes)
        placeholders = [node for node in nodes if node.op == "placeholder"]
        results = [node.args[0] for node in nodes if node.op == "output"]
        if len(placeholders) != 1 or not isinstance(results[0], fx.Node):
            raise UnsupportedOperationError("the model must take one tensor and return one tensor")
        self.source, self.out = placeholders[0], results[0]
        modules = [node for node in nodes if node.op == "call_module"]
        self._layers = [node for node in modules if isinstance(self._module(node), WEIGHTED)]
        self._composite.check_places(len(self._layers))
        place = {node: index for index, node in enumerate(self._layers)}
        for node in nodes:
            if node.op == "placeholder":
                self._values[node] = x
            elif node.op == "get_attr":
                self._values[node] = Constant(attribute(self._model, str(node.target)))
            elif node.op != "output":
                self._record(node, place.get(node, -1), len(self._layers))

    def node_of(self, layer: str | int | None) -> fx.Node:
        """Find the node that computes the output of a layer, for None that of the input.

        Parameters
        ----------
        layer
            The name of a module, or the number of a layer with weights in the order of execution (negative: from the
            end).

        Raises
        ------
        ValueError
            If there is no such layer, it is run more than once, or its output does not depend on the input.
        """
        if layer is None:
            return self.source
        if isinstance(layer, int):
            count = len(self._layers)
            if not -count <= layer < count:
                raise ValueError(
                    f"there is no layer number {layer}: the model has {count} layers with weights, numbered from 0"
                )
            nodes = [self._layers[layer]]
        else:
            nodes = [node for node in self._graph.nodes if layer in node.meta.get(OUTPUT_OF, ())]
        if not nodes:
            names = (name for node in self._graph.nodes for name in node.meta.get(OUTPUT_OF, ()))
            raise ValueError(f"there is no layer {layer!r}; there are {', '.join(dict.fromkeys(names))}")
        if len(nodes) > 1:
            raise ValueError(f"layer {layer!r} is run {len(nodes)} times; name a layer around or within it")
        if nodes[0] not in self.steps:
            raise ValueError(f"the output of layer {layer!r} does not depend on the input")
        return nodes[0]

    def value_of(self, node: fx.Node) -> Tensor:
        """Give the value ``(1, ...)`` of the input or of a node that relevance passes."""
        return self.x if node is self.source else self.steps[node][1].output

    def _module(self, node: fx.Node) -> nn.Module:
        return self._modules[str(node.target)]

    def _record(self, node: fx.Node, place: int, count: int) -> None:
        """Run one node and keep its value and its way back."""
        inputs = inputs_of(node)
        sources = [source for source in inputs if isinstance(self._values[source], Tensor)]
        if node.op != "call_module" and (asks_for_shape(node) or not self._floating(sources)):
            self._values[node] = self._computed(node)
            return
        try:
            if node.op == "call_module" and node.args:
                step = self._run_module(node, place, count)
            else:
                table: dict[Any, Any] = self._methods if node.op == "call_method" else self._functions
                if node.target not in table:
                    raise UnsupportedOperationError("no way back is known through what it computes")
                step = table[node.target](*self._evaluated(node.args), **self._evaluated(node.kwargs))
        except UnsupportedOperationError as error:
            what = self._named(node)
            raise UnsupportedOperationError(
                f"relevance cannot be passed back through {what}: {error}"
            ) from error
        if isinstance(step, Constant):
            self._values[node] = step
            return
        self._values[node] = step.output
        self.steps[node] = (sources, step)

    def _floating(self, nodes: list[fx.Node]) -> bool:
        """Tell whether relevance may return to one of the values; to integers it does so through embeddings alone."""
        return any(getattr(self._values[node], "is_floating_point", bool)() for node in nodes)

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

    def _run_module(self, node: fx.Node, place: int, count: int) -> Step | Constant:
        module, below = self._module(node), node.args[0]
        x = self._values[below] if isinstance(below, fx.Node) else None
        if isinstance(x, Constant):
            return Constant(module(x.value))
        if not isinstance(x, Tensor):
            raise UnsupportedOperationError("its input does not depend on the model's")
        if type(module) is nn.Embedding:
            return rearranging.embedded(module, x)
        if isinstance(module, WEIGHTED):
            self._check_width(node, module, x)
            rule = self._composite.rule_for(str(node.target), module, place, count)
            normalisation = self._normalisation(node)
            above = node if normalisation is None else next(iter(node.users))
            multiply = self._composite.multiply
            return weighted(module, x, rule, normalisation, self._rectified(above), multiply)
        if isinstance(module, NORMALISATION):
            if not (isinstance(below, fx.Node) and self._normalisation(below) is module):
                raise UnsupportedOperationError(
                    "batch normalisation must follow a convolution or linear layer"
                )
            return MODULES[nn.Identity](module, x)  # already folded into the layer below
        if isinstance(module, Recorder):
            return module.record(x)
        if type(module) not in self._known_modules:
            raise UnsupportedOperationError(
                f"no way back is known; known are {_KNOWN} and modules with a method 'record'"
            )
        return self._known_modules[type(module)](module, x)

    def _named(self, node: fx.Node) -> str:
        """Name a layer, function or method of the model in words."""
        if node.op == "call_module":
            return f"layer {str(node.target)!r} ({type(self._module(node)).__name__})"
        name = node.target if isinstance(node.target, str) else node.target.__name__
        around = list(node.meta.get("nn_module_stack", {}).values())
        where = f" in layer {around[-1][0]!r} ({around[-1][1].__name__})" if around else ""
        return f"the {'method' if node.op == 'call_method' else 'function'} {name!r}{where}"

    def _check_width(self, node: fx.Node, module: nn.Module, x: Tensor) -> None:
        """Make sure that a layer is given as many channels or numbers as it takes."""
        if isinstance(module, nn.Conv2d):
            wanted, found, what = module.in_channels, x.shape[1], "channels"
        elif isinstance(module, nn.Linear):
            wanted, found, what = module.in_features, x.shape[-1], "numbers"
        if found != wanted:
            raise ValueError(f"{self._named(node)} takes {wanted} {what}, but this input gives it {found}")

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

    def chain(self) -> list[fx.Node]:
        """List the operations on maps, from the input up, that all relevance passes one after the other."""
        chain: list[fx.Node] = []
        node = self.source
        while len(node.users) == 1:
            node = next(iter(node.users))
            if node not in self.steps:
                break
            sources, step = self.steps[node]
            if len(sources) != 1 or step.adjoint is None or step.output.ndim != 4:
                break
            chain.append(node)
        return chain

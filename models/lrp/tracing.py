"""Tracing: a model as a graph of operations."""

from __future__ import annotations

from typing import Any

from torch import Tensor, fx, nn

from tablekin.models.lrp.rearranging import with_single_pieces
from tablekin.models.lrp.step import Recorder, UnsupportedOperationError
from tablekin.models.lrp.unfolding import UNFOLDED

OUTPUT_OF = "output_of"
"""Under this key a node keeps the names of the layers whose output it computes."""


class Tracer(fx.Tracer):
    """Traces a model, taking modules that record themselves as one operation, and unfolding layers made of others.

    Attributes
    ----------
    made
        The layers that unfolding made, by name.
    """

    def __init__(self) -> None:
        super().__init__()
        self.proxy_buffer_attributes = True
        self.made: dict[str, nn.Module] = {}

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Tell whether a module is one operation."""
        return isinstance(m, Recorder) or super().is_leaf_module(m, module_qualified_name)

    def path_of_module(self, mod: nn.Module) -> str:
        """Name a module of the model, or one that unfolding made."""
        return next((name for name, made in self.made.items() if made is mod), "") or super().path_of_module(
            mod
        )

    def call_module(self, m: nn.Module, forward: Any, args: Any, kwargs: Any) -> Any:
        """Call a module of the model, written out if it is made of others."""
        if type(m) in UNFOLDED and not isinstance(m, Recorder):
            found = UNFOLDED[type(m)](m, self._add, *args, **kwargs)
        else:
            found = super().call_module(m, forward, args, kwargs)
        output = found[0] if isinstance(found, tuple) and found else found
        if isinstance(output, fx.Proxy):
            output.node.meta.setdefault(OUTPUT_OF, []).append(self.path_of_module(m))
        return found

    def _add(self, parent: nn.Module, name: str, layer: nn.Module) -> nn.Module:
        path = f"{self.path_of_module(parent)}.{name}"
        return self.made.setdefault(path, layer)


def traced(tracer: Tracer, model: nn.Module) -> fx.Graph:
    """Trace a model.

    Raises
    ------
    UnsupportedOperationError
        If what it does depends on the values of its input.
    """
    try:
        try:  # a buffer may be cut by the shape of the input, as positions are
            graph = tracer.trace(model)
        except (fx.proxy.TraceError, TypeError):  # or be asked for its values
            tracer.proxy_buffer_attributes = False
            graph = tracer.trace(model)
        return with_single_pieces(graph)
    except (fx.proxy.TraceError, TypeError) as error:
        raise UnsupportedOperationError(
            f"{type(model).__name__} cannot be written down as a graph of operations: its forward decides by values of "
            f"its input, or makes Python's numbers of them ({error})"
        ) from error


def inputs_of(node: fx.Node) -> list[fx.Node]:
    """List the nodes a node takes, once for every time it takes them."""
    found: list[fx.Node] = []

    def note(source: fx.Node) -> fx.Node:
        found.append(source)
        return source

    fx.map_arg((node.args, node.kwargs), note)
    return found


def asks_for_shape(node: fx.Node) -> bool:
    """Tell whether a node reads the shape of a tensor and not its values."""
    if node.op == "call_method":
        return node.target in ("size", "dim")
    return node.target is getattr and node.args[1] in ("shape", "ndim", "device", "dtype")


def attribute(model: nn.Module, path: str) -> Tensor:
    """Read the tensor a node refers to, for instance a mask kept as a buffer.

    Raises
    ------
    UnsupportedOperationError
        If it is no tensor.
    """
    value: Any = model
    for name in path.split("."):
        value = getattr(value, name)
    if not isinstance(value, Tensor):
        raise UnsupportedOperationError(f"{path}: not a tensor")
    return value.detach()

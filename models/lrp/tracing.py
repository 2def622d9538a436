"""Tracing: a model as a graph of operations."""

from __future__ import annotations

from typing import Any

from torch import Tensor, fx, nn

from tablekin.models.lrp.step import Recorder, UnsupportedOperationError


class Tracer(fx.Tracer):
    """Traces a model, taking modules that record themselves as one operation."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Tell whether a module is one operation."""
        return isinstance(m, Recorder) or super().is_leaf_module(m, module_qualified_name)


def traced(tracer: Tracer, model: nn.Module) -> fx.Graph:
    """Trace a model.

    Raises
    ------
    UnsupportedOperationError
        If what it does depends on the values of its input.
    """
    try:
        return tracer.trace(model)
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
    return node.target is getattr and node.args[1] in ("shape", "ndim")


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

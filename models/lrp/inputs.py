"""Inputs: arrays and tensors as a model takes them, or advice on how to make them so.

The **places** of a value are its positions, channels summed: the pixels of an image or map ``(n, channels, h, w)``, the
tokens of vectors ``(n, tokens, channels)``, the numbers of ``(n, numbers)`` or the tokens that these stand for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Array = Tensor | NDArray[Any]
"""A tensor of torch or an array of numpy."""


def as_input(x: Array, model: nn.Module) -> Tensor:
    """Turn one input of a model into a tensor on its device and of its floating type.

    Parameters
    ----------
    x
        ``(1, ...)``, floating-point numbers, or the numbers of tokens if the model has an ``nn.Embedding``.
        Arrays are converted; a tensor must be of the model's type and on its
        device already, so that nothing is copied unseen.
    model
        What takes it.

    Raises
    ------
    TypeError
        If ``x`` is no tensor or array of floating-point numbers.
    ValueError
        If it is not one input, is not finite, or is a tensor of another type or on another device than the model.

    Examples
    --------
    >>> import numpy as np
    >>> from torch import nn
    >>> as_input(np.zeros((1, 3, 8, 8)), nn.Conv2d(3, 4, 3)).dtype
    torch.float32
    >>> as_input(np.zeros((8, 8)), nn.Conv2d(1, 4, 3))
    Traceback (most recent call last):
        ...
    ValueError: expected one input, (1, ...), not (8, 8); of a grey image give x[None, None]
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"the model must be a torch.nn.Module, not a {type(model).__name__}")
    if not isinstance(x, Tensor | np.ndarray):
        raise TypeError(
            f"the input must be a tensor or an array, not a {type(x).__name__}; give numpy.asarray(x)"
        )
    if _holds_integers(x) and any(isinstance(module, nn.Embedding) for module in model.modules()):
        check_single(x)
        tokens = torch.as_tensor(x, dtype=torch.int64)
        return tokens.to(next(model.parameters()).device)
    if not (np.issubdtype(x.dtype, np.floating) if isinstance(x, np.ndarray) else x.is_floating_point()):
        raise TypeError(
            f"the input must hold floating-point numbers, not {_type(x)}; give for instance x / 255, if the "
            "model takes pixels from 0 to 1"
        )
    check_single(x)
    weight = next(model.parameters(), None)
    if isinstance(x, np.ndarray):
        tensor = torch.from_numpy(np.array(x, np.float64 if x.dtype.itemsize > 4 else np.float32))
        tensor = tensor if weight is None else tensor.to(weight.device, weight.dtype)
    else:
        tensor = x
        if weight is not None and x.dtype != weight.dtype:
            raise ValueError(
                f"the input is {_type(x)}, the model {_type(weight)}; give x.to({weight.dtype}) or model.to({x.dtype})"
            )
        if weight is not None and x.device != weight.device:
            raise ValueError(
                f"the input is on {x.device}, the model on {weight.device}; bring both to one device"
            )
    if not bool(torch.isfinite(tensor).all()):
        raise ValueError("the input holds numbers that are not finite; relevance would be lost in them")
    return tensor


def check_single(x: Array) -> None:
    """Make sure that ``x`` is one input, ``(1, ...)``.

    Raises
    ------
    ValueError
        If it is not, with advice.
    """
    if x.ndim and len(x) == 1:
        return
    advice = _advice(x)
    raise ValueError(f"expected one input, (1, ...), not {tuple(x.shape)}{'; ' + advice if advice else ''}")


def check_places(x: Tensor, model: nn.Module) -> None:
    """Make sure that ``x`` is an input whose places are known: numbers, tokens or an image.

    Raises
    ------
    ValueError
        If it has another number of axes, or is no image where the model begins with a convolution, with advice.
    """
    weighted = (module for module in model.modules() if isinstance(getattr(module, "weight", None), Tensor))
    if x.ndim == 4 or (x.ndim in (2, 3) and not isinstance(next(weighted, None), nn.Conv2d)):
        return
    advice = _advice(x)
    raise ValueError(
        f"expected one image, (1, channels, h, w), vectors of tokens, (1, tokens, channels), or numbers, (1, n), as "
        f"the model takes them, not {tuple(x.shape)}{'; ' + advice if advice else ''}"
    )


def by_place(value: Tensor) -> Tensor:
    """Bring the axes of a value ``(n, ...)`` into the order ``(n, channels, places)``.

    Raises
    ------
    ValueError
        If it has more than four axes or fewer than two.
    """
    if value.ndim == 2:
        return value[:, None]
    if value.ndim == 3:
        return value.transpose(1, 2)
    if value.ndim != 4:
        raise ValueError(f"{tuple(value.shape)} is no map, no row of tokens and no row of numbers")
    return value.flatten(2)


def place_shape(value: Tensor) -> tuple[int, ...]:
    """Tell how the places of a value ``(n, ...)`` lie: ``(h, w)``, ``(tokens,)`` or ``(numbers,)``."""
    return tuple(value.shape[2:] if value.ndim == 4 else value.shape[1:2])


def _advice(x: Array) -> str:
    shape = tuple(x.shape)
    if len(shape) == 2:
        return "of a grey image give x[None, None]"
    if len(shape) == 3 and shape[0] in (1, 3):
        return "give x[None]"
    if len(shape) == 3 and shape[2] in (1, 3):
        call = "transpose" if isinstance(x, np.ndarray) else "permute"
        return f"of an image with its channels last give x.{call}(2, 0, 1)[None]"
    return "explain inputs one by one, x[:1] first" if len(shape) == 4 else ""


def as_regions(regions: Array, x: Tensor) -> Tensor:
    """Turn the numbers of regions into a tensor beside the value they belong to.

    Parameters
    ----------
    regions
        Int, the region of every place, from 0: ``(h, w)`` of an image or map, ``(tokens,)`` of tokens.
    x
        ``(1, channels, h, w)``, ``(1, tokens, channels)`` or ``(1, tokens)``.

    Raises
    ------
    TypeError
        If they are no integers.
    ValueError
        If they do not fit the value, or one is negative.
    """
    if not isinstance(regions, Tensor | np.ndarray):
        raise TypeError(f"regions must be a tensor or an array, not a {type(regions).__name__}")
    tensor = torch.from_numpy(np.array(regions)) if isinstance(regions, np.ndarray) else regions
    if tensor.is_floating_point() or tensor.is_complex() or tensor.dtype == torch.bool:
        raise TypeError(f"regions are numbered from 0: give integers, not {_type(tensor)}")
    if tuple(tensor.shape) != place_shape(x):
        raise ValueError(f"regions {tuple(tensor.shape)} do not fit the input {tuple(x.shape)}")
    if tensor.numel() and int(tensor.min()) < 0:
        raise ValueError(f"regions are numbered from 0, not from {int(tensor.min())}")
    return tensor.to(x.device)


def _holds_integers(x: Array) -> bool:
    if isinstance(x, np.ndarray):
        return np.issubdtype(x.dtype, np.integer)
    return not (x.is_floating_point() or x.is_complex() or x.dtype == torch.bool)


def _type(x: Array) -> str:
    return str(x.dtype).removeprefix("torch.")

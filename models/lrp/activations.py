"""Activations of one number each that leave zero where it is: relevance is passed on as it is.

One input, one output: there is nothing to share (the identity rule of AttnLRP, Achtibat et al. 2024, section 3.3.1).
With ``f(0) = 0`` an input of zero that is given nothing above receives nothing, and ``R_x`` stays finite in units of x.
Vasileiou and Eberle 2024 do the same for GELU. A function that moves zero, as the sigmoid, would need a bias.

>>> import torch
>>> from torch import nn
>>> from tablekin.models.lrp import Propagation, Zero
>>> found = Propagation(nn.Sequential(nn.GELU()), torch.tensor([[-1.0, 2.0]]), Zero())
>>> found.relevance(torch.tensor([[0.5, 3.0]])).input  # one seed of two numbers
tensor([[0.5000, 3.0000]])
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.lrp.passing import unchanged
from tablekin.models.lrp.step import Constant, Step


def _elementwise(function: Callable[..., Tensor]) -> Callable[..., Step]:
    return lambda x, *args, **kwargs: unchanged(function(x, *args, **kwargs))


_FUNCTIONS = (F.gelu, F.silu, F.mish, F.hardswish, F.leaky_relu, F.elu, F.selu, F.celu, torch.tanh, F.tanh)
_MODULES = (
    *(nn.GELU, nn.SiLU, nn.Mish, nn.Hardswish, nn.LeakyReLU, nn.ELU, nn.SELU, nn.CELU, nn.Tanh),
    *(nn.Softsign, nn.Tanhshrink, nn.Hardshrink, nn.Softshrink, nn.Dropout1d, nn.Dropout3d, nn.AlphaDropout),
)

FUNCTIONS: dict[Any, Callable[..., Step | Constant]] = {
    function: _elementwise(function) for function in _FUNCTIONS
}
METHODS: dict[str, Callable[..., Step | Constant]] = {"tanh": _elementwise(torch.tanh)}
MODULES: dict[type[nn.Module], Callable[[Any, Tensor], Step | Constant]] = {
    kind: lambda module, x: unchanged(module(x)) for kind in _MODULES
}

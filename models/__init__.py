"""Similarity models, and the propagation of relevance through them: LRP and BiLRP as a library.

``bilrp`` explains the similarity of two inputs under any encoder of known layers, convolutional network or
transformer, and :class:`BiLRP` does so in one call; ``lrp`` explains the outputs of such a network for one input;
``baselines`` holds other explanations to compare with, ``networks`` the models that tablekin uses.

>>> import torch
>>> from tablekin.models import BiLRP, bilrp, lrp
>>> model = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Flatten()).eval()
>>> a, b = torch.rand(1, 1, 8, 8), torch.rand(1, 1, 8, 8)
>>> rules = [(0, lrp.ZBox(0, 1))]
>>> relevance = bilrp.pair_map(bilrp.factor(model, a, rules), bilrp.factor(model, b, rules))
>>> relevance.shape  # pixels of a, pixels of b
torch.Size([64, 64])
>>> found = BiLRP(model, rules).attribute(a, b)
>>> found.relevance.shape  # pixels of a, down and across, pixels of b, down and across
torch.Size([8, 8, 8, 8])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tablekin.models import baselines as baselines
    from tablekin.models import bilrp as bilrp
    from tablekin.models import lrp as lrp
    from tablekin.models import networks as networks
    from tablekin.models.attribution import Attribution as Attribution
    from tablekin.models.attribution import BiLRP as BiLRP

_MODULES = ("baselines", "bilrp", "lrp", "networks")
_CLASSES = ("Attribution", "BiLRP")
__all__ = ["Attribution", "BiLRP", "baselines", "bilrp", "lrp", "networks"]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is first used, so that ``import tablekin.models`` takes no time."""
    if name in _CLASSES:
        return getattr(import_module(f"{__name__}.attribution"), name)
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has: {', '.join(__all__)}")

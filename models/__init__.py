"""Similarity models, and the propagation of relevance through them: LRP and BiLRP as a library.

``bilrp`` explains the similarity of two inputs under any network of convolutions, ``lrp`` the outputs of such a
network, or of a transformer, for one input; ``baselines`` holds other explanations to compare with, ``networks`` the
models that tablekin uses.

>>> import torch
>>> from tablekin.models import bilrp, lrp
>>> model = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Flatten()).eval()
>>> a, b = torch.rand(1, 1, 8, 8), torch.rand(1, 1, 8, 8)
>>> rules = [(0, lrp.ZBox(0, 1))]
>>> relevance = bilrp.pair_map(bilrp.factor(model, a, rules), bilrp.factor(model, b, rules))
>>> relevance.shape  # pixels of a, pixels of b
torch.Size([64, 64])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tablekin.models import baselines as baselines
    from tablekin.models import bilrp as bilrp
    from tablekin.models import lrp as lrp
    from tablekin.models import networks as networks

__all__ = ["baselines", "bilrp", "lrp", "networks"]


def __getattr__(name: str) -> Any:
    """Import a module when it is first used, so that ``import tablekin.models`` takes no time."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has: {', '.join(__all__)}")
    return import_module(f"{__name__}.{name}")

"""Precision: float32 that is float32 on an accelerator too, and the same numbers every time.

cuDNN rounds what it multiplies in float32 convolutions to ten bits after the point (TF32) unless it is told not to, and
takes the fastest algorithm, which may add in another order at every call. Explanations are sums of many parts, and a
corpus must be the same when it is made again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def full_precision() -> Iterator[None]:
    """Keep convolutions from being rounded, and from being added up in another order at every call.

    Serves as a decorator too. On a processor nothing changes.
    """
    cudnn = torch.backends.cudnn
    before = (cudnn.deterministic, cudnn.benchmark, cudnn.allow_tf32)
    _set(True, False, False)
    try:
        yield
    finally:
        _set(*before)


def _set(deterministic: bool, benchmark: bool, allow_tf32: bool) -> None:
    cudnn = torch.backends.cudnn
    cudnn.deterministic, cudnn.benchmark, cudnn.allow_tf32 = deterministic, benchmark, allow_tf32

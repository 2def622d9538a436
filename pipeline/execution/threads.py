"""Threads: how many the numerical libraries of this process may use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Give the libraries of this process one thread each, as a worker of a run has.

    Sums of floating-point numbers depend on how they are shared out: with one thread they are those of a run.
    """
    import cv2
    import torch
    from threadpoolctl import threadpool_limits

    of_torch, of_cv2 = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        torch.set_num_threads(of_torch)
        cv2.setNumThreads(of_cv2)

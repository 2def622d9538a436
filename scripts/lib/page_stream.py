"""Generated pages without end, made by several processes, with the places that the close-up reader is shown of them."""

from __future__ import annotations

import multiprocessing
import os
import queue
import traceback
from multiprocessing.queues import Queue
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_WAITING = 64  # pages that wait to be taken at most
_MARKED = 0.7  # share of the pages that are of signs, fractions and letters

ShownPage = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int16], NDArray[np.float32]]
"""Ink, and of its places where they are, their labels and their boxes."""


def _make(waiting: Queue[Any], seed: int, process: int, first: int) -> None:
    """Make pages until the program ends; a page that cannot be set is told and left out."""
    from training_pool import make_training_page

    from lib.closeup_windows import choose_places

    cv2.setNumThreads(1)
    rng = np.random.default_rng((seed, process, first))
    number = 1_000_000 * (process + 1) + first
    while True:
        try:
            page = make_training_page((seed, number), bool(rng.random() < _MARKED))
            places = choose_places(page, rng)
        except (ValueError, IndexError) as broken:
            print(f"page {number}: {broken}\n{traceback.format_exc(limit=-2)}", flush=True)
        else:
            waiting.put((page.ink, places.at, places.label, places.boxes))
        number += 1


class PageStream:
    """Processes that make pages while a network learns.

    Parameters
    ----------
    processes
        How many.
    seed, first
        Seed of the pages, and number of the first page of each process.
    """

    def __init__(self, processes: int, seed: int, first: int) -> None:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ[name] = "1"
        before = os.environ.get("CUDA_VISIBLE_DEVICES")
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # they need no accelerator
        context = multiprocessing.get_context("spawn")
        self._waiting: Queue[Any] = context.Queue(_WAITING)
        self._processes = [
            context.Process(target=_make, args=(self._waiting, seed, process, first), daemon=True)
            for process in range(processes)
        ]
        for process in self._processes:
            process.start()
        if before is None:
            del os.environ["CUDA_VISIBLE_DEVICES"]
        else:
            os.environ["CUDA_VISIBLE_DEVICES"] = before

    def take(self, most: int, seconds: float = 0.0) -> list[ShownPage]:
        """Take pages that are ready, ``most`` at most; waits for the first of them so long."""
        taken: list[ShownPage] = []
        while len(taken) < most:
            try:
                wait = bool(seconds) and not taken
                taken.append(self._waiting.get(wait, seconds if wait else None))
            except queue.Empty:
                break
        return taken

    @property
    def alive(self) -> bool:
        """Whether any process still makes pages."""
        return any(process.is_alive() for process in self._processes)

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.terminate()
        self._waiting.cancel_join_thread()

"""Runs with stages that need no network, and what their corpora hold."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np
from PIL import Image

from tablekin.config import RunConfig
from tablekin.execution import attempt
from tablekin.orchestration import RunRequest, Stages, run
from tests.support import fake_stages

STAGES = Stages(fake_stages.analyse, fake_stages.score, fake_stages.match)
CPU = RunConfig(device="cpu")


@contextmanager
def in_this_process() -> Iterator[None]:
    """Let a run do in this process what it would do in workers: a process takes a second to begin."""

    def in_order(function, tasks, workers):
        yield from (attempt(function, task) for task in tasks)

    with (
        patch("tablekin.orchestration.documents.run_in_order", in_order),
        patch("tablekin.recompute.stage.run_in_order", in_order),
        patch("tablekin.collation.stage.run_in_order", in_order),
    ):
        yield


def write_scan(path: Path, seed: int, first: int = 200) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (20, 30)).astype(np.uint8)
    image[0, 0] = first
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)


def start(scans, out, workers=1, config=CPU, said=None, **options):
    lines = [] if said is None else said
    return run(RunRequest((scans,), out, config=config, workers=workers, **options), lines.append, STAGES)


def digests(out):
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*.parquet"))
    }

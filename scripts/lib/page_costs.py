"""What a page costs a worker: seconds of a core by stage, and the most memory it held."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tablekin.config import RunConfig
from tablekin.document import analyse_document
from tablekin.ingest import load_image

STAGES = ("digitize", "segment", "read", "explain")


@contextmanager
def _clock_of_processor() -> Iterator[None]:
    """Let stages be timed by the processor time of this process, which other work of the machine hardly changes."""
    clock = time.perf_counter
    time.perf_counter = time.process_time
    try:
        yield
    finally:
        time.perf_counter = clock


def page_cost(path: Path) -> dict[str, float]:
    """Analyse the page of a file in this process, which is a worker.

    Returns
    -------
    dict
        ``digits``, ``megapixels``; ``load`` and the stages, in seconds of a core; ``peak_mb``, the most memory that
        was resident meanwhile, and ``before_mb``, what was when it began.
    """
    Path("/proc/self/clear_refs").write_text("5")  # the peak is that from here on
    before = _memory("VmRSS")
    with _clock_of_processor():
        begin = time.process_time()
        grey = load_image(path)
        load = time.process_time() - begin
        found = analyse_document(grey, path.stem, RunConfig())
    return {
        "digits": len(found["digits"]),
        "megapixels": round(grey.size / 1e6, 2),
        "load": round(load, 3),
        **{stage: round(float(found["seconds"][stage].iloc[0]), 3) for stage in STAGES},
        "before_mb": before,
        "peak_mb": _memory("VmHWM"),
    }


def _memory(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) // 1024

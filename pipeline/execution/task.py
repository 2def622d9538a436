"""Task: one call of a function, what becomes of it, and who may be given many of them."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tablekin.errors import ScanError
from tablekin.execution.malloc import keep_freed_memory

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Failure:
    """What became of a task that gave no result."""

    reason: str  # for the user
    detail: str = ""  # for a bug report: where in the code


def attempt(function: Callable[..., Result], task: Task, *shared: Any) -> Result | Failure:
    """Apply ``function``; what it raises becomes a ``Failure``."""
    try:
        return function(task, *shared)
    except ScanError as error:
        return Failure(str(error))
    except MemoryError:
        return Failure("not enough memory to analyse it; try fewer --workers")
    except Exception as error:
        return Failure(f"its analysis failed ({type(error).__name__}: {error})", traceback.format_exc())


def prepare_worker() -> None:
    """Set up this process to do tasks: one thread for every library, and freed memory is kept for the next task."""
    keep_freed_memory()
    import cv2

    cv2.setNumThreads(1)


class WorkerPool(Protocol):
    """Workers on other machines."""

    def count(self) -> int:
        """Count the workers there are now."""

    def require(self, scan: Path) -> None:
        """Check that all workers can do the work, and find ``scan``."""

    def resolve_device(self, device: str) -> str:
        """Turn ``auto`` into the device that all workers have."""

    def run_in_order(
        self, function: Callable[..., Result], tasks: Iterable[Task], *shared: Any
    ) -> Generator[Result | Failure]:
        """Apply ``function`` to every task and what is shared; results come in the order of the tasks."""

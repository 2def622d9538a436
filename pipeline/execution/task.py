"""Task: one call of a function, what becomes of it, and who may be given many of them."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tablekin.errors import ScanError, StorageError
from tablekin.execution.malloc import keep_freed_memory
from tablekin.faults import describe_fault

Task = TypeVar("Task")
Result = TypeVar("Result")

# what libraries say, in errors of their own, where they do not get the memory that they ask for
_WANT_OF_MEMORY = (
    "insufficient memory",
    "can't allocate memory",
    "bad allocation",
    "bad_alloc",
    "out of memory",
)


@dataclass(frozen=True)
class Failure:
    """What became of a task that gave no result."""

    reason: str  # for the user
    detail: str = ""  # for a bug report: where in the code
    of_memory: bool = False  # whether there was not enough memory
    may_succeed: bool = (
        False  # whether it was not the task's own fault, so that another run should try it again
    )


def attempt(function: Callable[..., Result], task: Task, *shared: Any) -> Result | Failure:
    """Apply ``function``; what it raises becomes a ``Failure``."""
    try:
        return function(task, *shared)
    except ScanError as error:
        return Failure(str(error))
    except (OSError, StorageError) as error:
        told = error if isinstance(error, StorageError) else describe_fault(error)
        return Failure(str(told), may_succeed=True) if told else _unforeseen()
    except Exception as error:
        if isinstance(error, MemoryError) or any(words in str(error).lower() for words in _WANT_OF_MEMORY):
            return Failure(
                "there is not enough memory to analyse it; scan it at a lower resolution, or try fewer --workers",
                of_memory=True,
            )
        return _unforeseen()


def _unforeseen() -> Failure:
    """Describe the exception that is being handled as a fault of the program."""
    return Failure(
        "its analysis failed; the fault is one of tablekin, please report it with the file and the lines that the log "
        "has of it",
        traceback.format_exc(),
    )


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

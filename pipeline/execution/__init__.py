"""Execution: the only room that knows about processes, clusters and devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tablekin.door import open_door

if TYPE_CHECKING:
    from tablekin.execution.device import default_workers as default_workers
    from tablekin.execution.device import page_workers as page_workers
    from tablekin.execution.device import resolve_device as resolve_device
    from tablekin.execution.device import room_for_workers as room_for_workers
    from tablekin.execution.garbage import left_out_at_the_end as left_out_at_the_end
    from tablekin.execution.garbage import left_to_stay as left_to_stay
    from tablekin.execution.garbage import looked_for_less as looked_for_less
    from tablekin.execution.malloc import release_freed_memory as release_freed_memory
    from tablekin.execution.ordered import in_threads as in_threads
    from tablekin.execution.pool import open_cluster as open_cluster
    from tablekin.execution.pool import run_in_order as run_in_order
    from tablekin.execution.progress import STEP as STEP
    from tablekin.execution.progress import Progress as Progress
    from tablekin.execution.progress import ProgressStep as ProgressStep
    from tablekin.execution.tally import Count as Count
    from tablekin.execution.tally import Say as Say
    from tablekin.execution.tally import Tally as Tally
    from tablekin.execution.task import Failure as Failure
    from tablekin.execution.task import WorkerPool as WorkerPool
    from tablekin.execution.task import attempt as attempt
    from tablekin.execution.threads import one_thread as one_thread
    from tablekin.execution.worker import Workers as Workers
    from tablekin.execution.worker import limited_memory as limited_memory
    from tablekin.execution.worker import more_time as more_time

# who only shows a bar does not wait for what starts processes
__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "device": ["default_workers", "page_workers", "resolve_device", "room_for_workers"],
        "garbage": ["left_out_at_the_end", "left_to_stay", "looked_for_less"],
        "malloc": ["release_freed_memory"],
        "ordered": ["in_threads"],
        "pool": ["open_cluster", "run_in_order"],
        "progress": ["STEP", "Progress", "ProgressStep"],
        "tally": ["Count", "Say", "Tally"],
        "task": ["Failure", "WorkerPool", "attempt"],
        "threads": ["one_thread"],
        "worker": ["Workers", "limited_memory", "more_time"],
    },
)

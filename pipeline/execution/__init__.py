"""Execution: the only room that knows about processes, clusters and devices."""

from tablekin.execution.device import default_workers, page_workers, resolve_device, room_for_workers
from tablekin.execution.garbage import left_to_stay
from tablekin.execution.malloc import release_freed_memory
from tablekin.execution.ordered import in_threads
from tablekin.execution.pool import open_cluster, run_in_order
from tablekin.execution.progress import STEP, Progress, ProgressStep
from tablekin.execution.tally import Count, Say, Tally
from tablekin.execution.task import Failure, WorkerPool, attempt
from tablekin.execution.threads import one_thread
from tablekin.execution.worker import Workers, limited_memory, more_time

__all__ = [
    "STEP",
    "Count",
    "Failure",
    "Progress",
    "ProgressStep",
    "Say",
    "Tally",
    "WorkerPool",
    "Workers",
    "attempt",
    "default_workers",
    "in_threads",
    "left_to_stay",
    "limited_memory",
    "more_time",
    "one_thread",
    "open_cluster",
    "page_workers",
    "release_freed_memory",
    "resolve_device",
    "room_for_workers",
    "run_in_order",
]

"""The real ``tablekin run`` with cheap stages and small blocks, in a process that can be killed with its workers."""

import multiprocessing
import os
import signal
import time
from contextlib import suppress
from multiprocessing import resource_tracker
from pathlib import Path

import pandas as pd

import tablekin.explain.stage
import tablekin.orchestration.documents
import tablekin.orchestration.stage
from tablekin.explain import match_pairs, score_pairs
from tablekin.schemas import SCHEMAS
from tests.support import table_stages

KEYS = ["doc_id", "region_id", "digit", "x0", "feature", "doc_a", "doc_b", "level", "rank"]


def command(arguments):
    """Run ``tablekin`` in a process group of its own, with an analysis without networks and parts of few rows."""
    os.setsid()
    tracker = resource_tracker._resource_tracker  # that of the test would complain about what is killed
    tracker._fd = tracker._pid = None
    stages = tablekin.orchestration.stage.Stages(table_stages.analyse, score_pairs, match_pairs)
    tablekin.orchestration.stage.load_stages = lambda: stages
    tablekin.orchestration.documents._BATCH = 2
    tablekin.explain.stage.SIZES = tablekin.explain.stage.BlockSizes(block=3, tile=2)
    from tablekin.cli import app

    app([str(argument) for argument in arguments])


class Starter:
    """Starts commands by forking a server that has loaded everything: what is killed is their work, not imports."""

    def __init__(self):
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(
            [
                "tests.support.killable",
                "tablekin.cli",
                "tablekin.orchestration.drop",
                "tablekin.explain.drivers",
            ]
        )
        self._started = []

    def start(self, *arguments):
        process = self._context.Process(target=command, args=(arguments,))
        process.start()
        self._started.append(process)
        return process

    def finish(self, *arguments):
        """Let a command end by itself; the seconds it took."""
        begin = time.monotonic()
        process = self.start(*arguments)
        process.join(300)
        assert process.exitcode == 0
        return time.monotonic() - begin

    def close(self):
        """Kill what still runs: the interpreter would wait for it at its end."""
        for process in self._started:
            if process.is_alive():
                kill(process.pid)


def kill(group):
    """Kill a process group and wait until nothing of it is left."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while _members(group):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def find_workers(group):
    """Find the workers of a command, by how they were started."""
    starts = {process: Path(f"/proc/{process}/cmdline") for process in _members(group)}
    with suppress(FileNotFoundError, ProcessLookupError):
        return [process for process, start in starts.items() if b"spawn_main" in start.read_bytes()]
    return []


def _members(group):
    """The processes of a group that run; one that nobody has waited for does not."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            state, _, of = stat.read_text().rsplit(")", 1)[1].split()[:3]
            if int(of) == group and state != "Z":
                found.append(int(stat.parent.name))
    return found


def rows(corpus):
    """All tables, their rows in an order that does not depend on the parts."""
    tables = {}
    for table in SCHEMAS:
        frame = pd.read_parquet(corpus / table)
        keys = [key for key in KEYS if key in frame]
        tables[table] = frame.sort_values(keys, kind="stable", ignore_index=True)
    return tables


def assert_same_rows(one, other):
    """Compare all tables of two corpora, every column."""
    left, right = rows(one), rows(other)
    for table in SCHEMAS:
        pd.testing.assert_frame_equal(left[table], right[table], obj=table)

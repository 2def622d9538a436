"""A Dask scheduler and some workers on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from lib.attacked_command import workers

ROOT = Path(__file__).resolve().parents[2]


class Cluster:
    """A Dask scheduler and some workers on this machine, started when they are needed."""

    def __init__(self, folder: Path, workers: int = 2) -> None:
        self._folder = folder
        self._workers = workers
        self._processes: list[subprocess.Popen[bytes]] = []
        self._address = ""

    def address(self) -> str:
        """Address of the scheduler."""
        if not self._address:
            file = self._folder / "scheduler.json"
            file.unlink(missing_ok=True)
            self._start(
                "scheduler",
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                "--scheduler-file",
                str(file),
                "--no-dashboard",
            )
            while not (file.exists() and file.read_text().endswith("}")):
                time.sleep(0.1)
            self._address = str(json.loads(file.read_text())["address"])
            self._start(
                "worker",
                self._address,
                *(
                    "--host",
                    "127.0.0.1",
                    "--nthreads",
                    "1",
                    "--nworkers",
                    str(self._workers),
                    "--no-dashboard",
                ),
            )
            time.sleep(8)
        return self._address

    def _start(self, *arguments: str) -> None:
        paths = os.pathsep.join([str(ROOT), str(ROOT / "scripts"), *(path for path in sys.path if path)])
        environment = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
        with (self._folder / "cluster.txt").open("ab") as log:
            self._processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "dask", *arguments],
                    cwd=self._folder,
                    env=environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )

    def kill_a_worker(self) -> None:
        """Kill a worker; its nanny starts another."""
        found = workers(self._processes[-1].pid)
        if found:
            with suppress(ProcessLookupError):
                os.kill(found[-1], signal.SIGKILL)

    def close(self) -> None:
        """End all of it."""
        for process in self._processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

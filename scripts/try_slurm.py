"""Try the recipe for Slurm of docs/how-to/cluster.md once for real, on this machine alone.

``python scripts/try_slurm.py SCANS WORK --json docs/slurm.json`` starts Slurm with this machine as its only node, its
files in the folder WORK, has dask-jobqueue send jobs of one worker each to it, runs ``tablekin run`` on SCANS there,
the same run without a cluster, and compares the tables of both. Debian's ``slurm-wlm`` and ``munge`` must be installed,
and dask-jobqueue beside tablekin; the demons want the rights of root.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from compare_corpora import compare

_COMMAND = (sys.executable, "-m", "tablekin")
_DEMONS = ("munged", "slurmctld", "slurmd")
_CONFIG = """\
ClusterName=try
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmctldPort=16817
SlurmdPort=16818
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={megabytes}
PartitionName=standard Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def _megabytes() -> int:
    """Memory of this machine, less a tenth."""
    return int(0.9 * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20)


@contextmanager
def slurm(folder: Path) -> Iterator[None]:
    """Run Slurm with this machine as its only node."""
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    config = folder / "slurm.conf"
    config.write_text(
        _CONFIG.format(
            host=socket.gethostname().split(".")[0],
            folder=folder,
            cores=os.cpu_count(),
            megabytes=_megabytes(),
        )
    )
    (folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
    key = folder / "munge.key"
    key.unlink(missing_ok=True)
    key.touch(0o600)
    key.write_bytes(os.urandom(1024))
    os.environ["SLURM_CONF"] = str(config)
    files = {
        "socket": "munge.socket",
        "pid-file": "munge.pid",
        "log-file": "munge.log",
        "seed-file": "munge.seed",
    }
    options = [f"--{name}={folder / file}" for name, file in files.items()]
    commands = (
        ["munged", "--foreground", "--force", f"--key-file={key}", *options],
        ["slurmctld", "-D", "-c"],
        ["slurmd", "-D"],
    )
    started = []
    with (folder / "slurm.log").open("ab") as log:
        try:
            for command in commands:
                started.append(subprocess.Popen(command, stdout=log, stderr=log))
                time.sleep(3)  # each asks the one before
            yield
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait()


def run_tablekin(*arguments: str) -> float:
    """Run a command of tablekin; how long it took, in seconds."""
    begin = time.monotonic()
    subprocess.run([*_COMMAND, *arguments], check=True)
    return time.monotonic() - begin


def run_with_jobs(scans: Path, corpus: Path, jobs: int) -> dict[str, Any]:
    """Run over scans with workers that are jobs of Slurm, as the recipe does."""
    cluster_of_jobs = import_module("dask_jobqueue").SLURMCluster  # not among what tablekin needs

    cluster = cluster_of_jobs(
        queue="standard",
        cores=1,
        processes=1,
        memory="4GiB",
        walltime="01:00:00",
        interface="lo",
        log_directory=str(corpus.parent / "jobs"),
        worker_extra_args=["--lifetime", "50m", "--lifetime-stagger", "2m"],
    )
    with cluster, cluster.get_client() as client:
        cluster.scale(jobs=jobs)
        client.wait_for_workers(jobs, timeout=120)
        listed = subprocess.run(
            ["squeue", "--noheader", "--format=%j %T"], capture_output=True, text=True, check=True
        )
        seconds = run_tablekin(
            "run",
            str(scans),
            "--out",
            str(corpus),
            "--scheduler",
            cluster.scheduler_address,
            "--device",
            "cpu",
        )
    return {"jobs": listed.stdout.split("\n")[:-1], "seconds": round(seconds, 1)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what ran, and whether the tables are the same."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scans", type=Path, metavar="SCANS")
    parser.add_argument("work", type=Path, metavar="WORK")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    if missing := [name for name in _DEMONS if shutil.which(name) is None]:
        parser.error(f"there is no {', '.join(missing)}; install Debian's slurm-wlm and munge")
    work = options.work.resolve()
    with slurm(work):
        version = subprocess.run(["slurmd", "-V"], capture_output=True, text=True, check=True).stdout.strip()
        found = run_with_jobs(options.scans, work / "with-slurm", options.jobs)
    alone = run_tablekin(
        "run", str(options.scans), "--out", str(work / "alone"), "--device", "cpu", "--workers", "2"
    )
    differing = [
        line for line, differs in compare(work / "alone", work / "with-slurm", common=False) if differs
    ]
    found |= {
        "slurm": version,
        "seconds_alone": round(alone, 1),
        "differing": differing,
        "cores": os.cpu_count(),
    }
    print(
        f"{version}: {len(found['jobs'])} jobs, {found['seconds']} s; without a cluster {found['seconds_alone']} s"
    )
    print("the tables are the same" if not differing else "\n".join(differing))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())

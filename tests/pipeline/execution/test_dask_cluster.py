import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import dask
import pandas as pd
import pytest

import tablekin
from tablekin.collation import stage as collating
from tablekin.errors import UsageError
from tablekin.execution import Failure, open_cluster
from tablekin.execution import dask_cluster as cluster_module
from tablekin.execution.dask_cluster import DaskCluster, Requirements, unmet_requirements
from tablekin.explain import match_pairs, score_pairs
from tablekin.explain import stage as compare
from tablekin.orchestration import RunRequest, Stages, run
from tablekin.schemas import RECOMPUTED_TABLES, SCHEMAS
from tests.support import edition_stages, fake_stages, mortal_stages, table_stages
from tests.support.runs import CPU, digests, in_this_process, write_scan

MORTAL = Stages(mortal_stages.analyse, score_pairs, mortal_stages.match)
PATIENCE = 120  # seconds that a loaded machine may need for what takes two


class Machines:
    """A scheduler and machines with workers, each a group of processes, started as docs/how-to/cluster.md says."""

    def __init__(self, folder, stack):
        self.folder, self._stack = folder, stack
        self._processes = []
        self.address = ""

    def start(self, *arguments, **variables):
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "TABLEKIN_TEST_MARKS": str(self.folder),
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
            **variables,
        }
        log = self._stack.enter_context((self.folder / "log.txt").open("ab"))
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *map(str, arguments), "--no-dashboard"],
            cwd=self.folder,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self._processes.append(process)

    def end_all(self):
        while self._processes:
            process = self._processes.pop()
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)

    def start_scheduler(self, *options):
        file = self.folder / "scheduler.json"
        file.unlink(missing_ok=True)
        self.start("scheduler", "--host", "127.0.0.1", "--port", 0, "--scheduler-file", file, *options)
        _until(lambda: file.exists() and file.read_text().endswith("}"), self)
        self.address = json.loads(file.read_text())["address"]

    def start_workers(self, machines, *options, **variables):
        before = self.count()
        for _ in range(machines):
            self.start("worker", self.address, "--host", "127.0.0.1", *options, **variables)
        _until(lambda: self.count() == before + machines, self)

    def count(self):
        with open_cluster(self.address, print) as opened:
            return opened.count()


def _until(condition, machines):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, (machines.folder / "log.txt").read_text()[-5000:]
        time.sleep(0.2)


@pytest.fixture
def machines(tmp_path):
    folder = tmp_path / "machines"
    folder.mkdir()
    with ExitStack() as stack:
        machines = Machines(folder, stack)
        stack.callback(machines.end_all)
        machines.start_scheduler()
        yield machines


@pytest.fixture
def scans(tmp_path):
    for number in range(9):
        write_scan(tmp_path / "scans" / f"page{number}.png", number)
    return tmp_path / "scans"


def test_tables_are_those_of_one_machine_though_machines_and_workers_die(
    scans, tmp_path, machines, monkeypatch
):
    monkeypatch.setattr(compare, "SIZES", compare.BlockSizes(block=4, tile=2))
    write_scan(scans / "broken.png", 1, fake_stages.BROKEN)
    machines.start_workers(2, "--nthreads", 1)
    said = []
    order = RunRequest((scans,), tmp_path / "cluster", config=CPU, scheduler=machines.address)
    summary = run(order, said.append, MORTAL)
    assert (summary.ok, summary.failed, summary.pairs) == (9, 1, 36)
    assert {path.name for path in machines.folder.iterdir()} >= {"machine", "worker"}  # both have died
    assert machines.count() == 1
    assert any("2 workers" in line and machines.address in line for line in said)
    one = Stages(table_stages_or_fake, score_pairs, match_pairs)
    run(RunRequest((scans,), tmp_path / "one", config=CPU, workers=1), said.append, one)
    assert digests(tmp_path / "cluster") == digests(tmp_path / "one")
    for table in {*SCHEMAS} - {
        "collations",
        *RECOMPUTED_TABLES,
    }:  # the tables are not kin, nor recomputed here
        assert len(pd.read_parquet(tmp_path / "cluster" / table))


def table_stages_or_fake(image, doc_id, config, device):
    stages = fake_stages if image[0, 0] == fake_stages.BROKEN else table_stages
    return stages.analyse(image, doc_id, config, device)


def certificate(folder):
    """Make a key and a certificate of one's own, which is its own authority, as docs/how-to/cluster.md says."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=tablekin"
    )
    subprocess.run([*command.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    return {"--tls-ca-file": cert, "--tls-cert": cert, "--tls-key": key}


def test_pages_pairs_and_collations_are_made_by_workers_that_talk_by_tls(
    scans, tmp_path, machines, monkeypatch
):
    monkeypatch.setattr(collating, "_BATCH", 3)
    for number in range(4, 9):
        (scans / f"page{number}.png").unlink()
    sent = []
    run_in_order = DaskCluster.run_in_order

    def recording(self, function, *arguments):
        sent.append(getattr(function, "func", function).__name__)
        return run_in_order(self, function, *arguments)

    monkeypatch.setattr(DaskCluster, "run_in_order", recording)
    files = certificate(tmp_path)
    options = [text for pair in files.items() for text in pair]
    machines.end_all()
    machines.start_scheduler("--protocol", "tls", *options)
    assert machines.address.startswith("tls://")
    kin = Stages(edition_stages.analyse, score_pairs, match_pairs)
    order = RunRequest((scans,), tmp_path / "cluster", config=CPU, scheduler=machines.address)
    with pytest.raises(UsageError, match="no Dask scheduler answers at tls://"):  # without the certificate
        run(order, print, kin)
    tls = {f"distributed.comm.tls.client.{name}": str(files[f"--tls-{name}"]) for name in ("cert", "key")}
    tls["distributed.comm.tls.ca-file"] = str(files["--tls-ca-file"])
    with dask.config.set(tls):
        machines.start_workers(2, "--nthreads", 1, *options)
        run(order, print, kin)
    assert {"analyse_scan", "collate_batch"} < {*sent}, sent  # and what matches pairs
    with in_this_process():
        run(RunRequest((scans,), tmp_path / "one", config=CPU, workers=1), print, kin)
    assert digests(tmp_path / "cluster") == digests(tmp_path / "one")
    assert len(pd.read_parquet(tmp_path / "cluster/collations"))


def test_a_page_that_ends_every_worker_fails_alone(scans, tmp_path, machines):
    write_scan(scans / "page2.png", 2, fake_stages.DEADLY)
    machines.start_workers(1, "--nthreads", 1)
    order = RunRequest((scans,), tmp_path / "corpus", config=CPU, scheduler=machines.address)
    summary = run(order, print, Stages(fake_stages.analyse, fake_stages.score, fake_stages.match))
    assert (summary.ok, summary.failed) == (8, 1)
    documents = pd.read_parquet(tmp_path / "corpus/documents").set_index("doc_id")
    assert documents.index[documents["status"] == "failed"].tolist() == ["page2"]
    assert "memory" in documents.loc["page2", "reason"]
    assert list(documents.index) == [f"page{number}" for number in range(9)]


def weigh(number, factor):
    if number == 5:
        raise ZeroDivisionError("by five")
    return number * factor, os.environ["OMP_NUM_THREADS"]


def test_few_tasks_are_under_way_and_results_come_in_order(machines, scans):
    machines.start_workers(2, "--nthreads", 1)
    taken = []

    def tasks():
        for number in range(40):
            taken.append(number)
            yield number

    with open_cluster(machines.address, print) as opened:
        opened.require(scans / "page0.png")
        assert opened.resolve_device("auto") in ("cpu", "cuda:0")
        results = opened.run_in_order(weigh, tasks(), 3)
        found = [next(results)]
        assert len(taken) <= 4
        found += results
    failure = found.pop(5)
    assert isinstance(failure, Failure)
    assert "ZeroDivisionError: by five" in failure.detail
    assert found == [(number * 3, "1") for number in range(40) if number != 5]


class Heavy:
    """Ends the worker that receives it."""

    def __reduce__(self):
        return _weigh_down, (os.environ["TABLEKIN_TEST_MARKS"],)


def _weigh_down(folder):
    if os.environ["TABLEKIN_TEST_MARKS"] == folder:
        os._exit(1)


def test_what_no_worker_can_hold_is_told(machines, scans, monkeypatch):
    monkeypatch.setenv("TABLEKIN_TEST_MARKS", str(machines.folder))
    machines.start_workers(1, "--nthreads", 1)
    with open_cluster(machines.address, print) as opened:
        opened.require(scans / "page0.png")
        with pytest.raises(UsageError, match=r"died 3 times .* memory"):
            list(opened.run_in_order(weigh, range(3), Heavy()))


def test_the_end_of_the_scheduler_is_told(machines, scans, monkeypatch):
    monkeypatch.setattr(cluster_module, "PATIENCE", cluster_module.Patience(connection=5))
    machines.start_workers(1, "--nthreads", 1)
    with open_cluster(machines.address, print) as opened:
        opened.require(scans / "page0.png")
        results = opened.run_in_order(weigh, range(10), 2)
        assert next(results) == (0, "1")
        machines.end_all()
        with pytest.raises(
            UsageError, match=rf"scheduler at {machines.address} is lost; .* the same command"
        ):
            list(results)


def test_a_cluster_with_no_or_wide_workers_is_refused(machines, scans):
    scan = scans / "page0.png"
    with open_cluster(machines.address, print) as opened:
        with pytest.raises(UsageError, match=f"{machines.address} has no workers"):
            opened.require(scan)
        machines.start_workers(1, "--nthreads", 2)
        with pytest.raises(UsageError, match=r"has 2 threads; start it with --nthreads 1 --nworkers 2"):
            opened.require(scan)


def test_workers_without_this_tablekin_are_refused(tmp_path, machines, scans, monkeypatch):
    scan = scans / "page0.png"
    machines.start_workers(1, "--nthreads", 1)
    with open_cluster(machines.address, print) as opened:
        opened.require(scan)
        with monkeypatch.context() as patch:
            patch.setattr("tablekin.provenance.__version__", "99.0")
            with pytest.raises(UsageError, match=r"worker tcp://.* has tablekin .* instead of 99\.0"):
                opened.require(scan)
        (tmp_path / "other/tablekin").mkdir(parents=True)
        (tmp_path / "other/tablekin/__init__.py").write_text('__version__ = "0.0"')
        machines.start_workers(1, "--nthreads", 1, PYTHONPATH=str(tmp_path / "other"))
        # where tablekin is installed in place, the worker still finds the modules that the other one lacks
        refusal = r"(cannot import this tablekin|has tablekin 0\.0 instead) .*requirements.lock"
        with pytest.raises(UsageError, match=rf"worker tcp://.* {refusal}"):
            opened.require(scan)


def test_what_a_process_lacks_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    scan = tmp_path / "page.png"
    scan.write_bytes(b"12345")
    assert unmet_requirements(Requirements((("tablekin", tablekin.__version__),), str(scan), 5)) == ""
    assert "the scan" in unmet_requirements(Requirements((), str(scan), 6))
    assert "the scan" in unmet_requirements(Requirements((), str(tmp_path / "other.png"), 5))
    assert (
        unmet_requirements(Requirements((("OMP_NUM_THREADS", "1"),))) == "has OMP_NUM_THREADS 4 instead of 1"
    )


def test_a_scheduler_that_does_not_answer_is_told(tmp_path, scans, monkeypatch):
    monkeypatch.setattr(cluster_module, "PATIENCE", cluster_module.Patience(connection=1))
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    order = RunRequest((scans,), tmp_path / "corpus", config=CPU, scheduler=closed)
    with pytest.raises(UsageError, match=rf"no Dask scheduler answers at {closed}.*docs/how-to/cluster.md"):
        run(order, print, MORTAL)
    with pytest.raises(UsageError, match="no Dask scheduler answers at nonsense://x"):
        DaskCluster("nonsense://x", print)
    assert not (tmp_path / "corpus").exists()
    with pytest.raises(UsageError, match="leave out --workers"):
        run(replace(order, workers=2), print, MORTAL)


def test_dask_is_imported_for_a_cluster_only(tmp_path):
    code = "import tablekin.cli, tablekin.orchestration.stage, sys; print('distributed' in sys.modules)"
    root = Path(tablekin.__file__).parents[1]
    found = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"

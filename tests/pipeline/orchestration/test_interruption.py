import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tablekin.check.stage import check
from tests.support.killable import Starter, assert_same_rows, find_workers, kill
from tests.support.places import ROOT
from tests.support.runs import write_scan

KILLS = 18  # of runs with cheap stages, started by a fork
COLD_KILLS = (0.35, 0.6, 0.85)  # of the real command, shares of the time it takes


@pytest.fixture(scope="module")
def starter():
    path = os.pathsep.join([str(ROOT), *(path for path in sys.path if path)])
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("PYTHONPATH", path)
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # or the server could not fork safely
        with closing(Starter()) as starter:
            yield starter


def write_table(path, seed):
    """A small page of numbers of two figures."""
    page = np.full((260, 240), 255, np.uint8)
    numbers = np.random.default_rng(seed).integers(10, 100, (6, 3))
    for (row, column), number in np.ndenumerate(numbers):
        place = (25 + 70 * column, 45 + 35 * row)
        cv2.putText(page, str(number), place, cv2.FONT_HERSHEY_COMPLEX, 0.9, 0, 2, cv2.LINE_AA)
    Image.fromarray(page).save(path)


def is_sound(out, whole):
    """Compare a corpus with that of an uninterrupted run, and with itself."""
    assert_same_rows(out, whole)
    assert [str(problem) for problem in check(out)] == []
    assert json.loads((out / "run.json").read_text())["state"] == "finished"
    return True


def test_killed_at_random_moments_a_run_goes_on_and_gives_the_tables_of_an_uninterrupted_one(
    starter, tmp_path
):
    scans, out = tmp_path / "scans", tmp_path / "corpus"
    options = ["--device", "cpu", "--workers", 2]
    for number in range(8):
        write_scan(scans / f"page{number}.png", number)
    starter.finish("run", scans, "--out", tmp_path / "warm", *options)
    duration = starter.finish("run", scans, "--out", tmp_path / "measured", *options)
    rng = np.random.default_rng(0)
    kills = finished = 0
    while kills < KILLS:
        begin = time.monotonic()
        process = starter.start("run", scans, "--out", out, *options)
        process.join(rng.uniform(0, duration))
        kill(process.pid)
        process.join(60)
        if process.exitcode == -signal.SIGKILL:
            kills += 1
            continue
        assert process.exitcode == 0
        duration = time.monotonic() - begin
        finished += 1
        write_scan(scans / f"later{finished}.png", 100 + finished)
        write_scan(scans / f"page{finished % 8}.png", 200 + finished)
    starter.finish("run", scans, "--out", out, *options)
    starter.finish("run", scans, "--out", tmp_path / "whole", *options)
    assert is_sound(out, tmp_path / "whole")
    assert len(pd.read_parquet(out / "documents")) == len(list(scans.iterdir()))


def test_a_worker_that_is_killed_leaves_no_trace_in_the_tables(starter, tmp_path):
    for number in range(8):
        write_scan(tmp_path / f"scans/page{number}.png", number)
    options = ["--device", "cpu", "--workers", 2]
    starter.finish("run", tmp_path / "scans", "--out", tmp_path / "whole", *options)
    process = starter.start("run", tmp_path / "scans", "--out", tmp_path / "corpus", *options)
    while not (workers := find_workers(process.pid)):
        assert process.is_alive()
        time.sleep(0.01)
    os.kill(workers[0], signal.SIGKILL)
    process.join(300)
    assert process.exitcode == 0
    assert is_sound(tmp_path / "corpus", tmp_path / "whole")


def test_the_real_command_goes_on_after_kills(tmp_path):
    scans, out = tmp_path / "scans", tmp_path / "corpus"
    scans.mkdir()
    for number in range(3):
        write_table(scans / f"page{number}.png", number)

    def start(folder):
        arguments = ["run", scans, "--out", folder, "--device", "cpu", "--workers", "1"]
        code = "from tablekin.cli import main; main()"
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        command = [sys.executable, "-c", code, *map(str, arguments)]
        return subprocess.Popen(command, env=environment, start_new_session=True)

    begin = time.monotonic()
    with start(tmp_path / "whole") as process:
        assert process.wait(300) == 0
    duration = time.monotonic() - begin
    for share in COLD_KILLS:
        with start(out) as process:
            time.sleep(share * duration)
            kill(process.pid)
    with start(out) as process:
        assert process.wait(300) == 0
    assert is_sound(out, tmp_path / "whole")
    assert len(pd.read_parquet(out / "matches"))

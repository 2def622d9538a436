"""Measure how what a corpus takes grows with its documents: seconds of cores and peak memory, by stage.

``python scripts/benchmark_growth.py FOLDER --documents 100 1000 10000 --json docs/growth.json`` writes a sample archive
into FOLDER and analyses it. Corpora of so many documents are then made of its pages with other digits
(``lib/grown_archive.py``), each four of them witnesses of one table, so that nothing is rendered or read for them:
what a page takes is measured by ``benchmark_run.py``. Measured are the run over them, ``run`` again with nothing to do,
``kinship``, ``analyze``, ``run`` once more with the pages of the archive added, which are analysed as they are, and one
page asked for by ``similar``, ``show`` and ``read``.

Every measurement is made once: started again, the script goes on where it was ended; what it measured is kept with the
commit of the code. With ``--minutes`` it ends by itself after about so many; a run over grown pages that is cut off by
it goes on the next time, and what it took is added up. At the end it prints the table of docs/method/speed.md: seconds
of cores, as the system counts them, which change less than those of a clock on a machine that other work shares, and
memory of all processes together.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from lib.grown_archive import write_scans
from lib.growth_table import growth_table
from lib.measured_commands import TABLEKIN, Found, Measurements, by_stage, commit, machine, run_command
from lib.process_tree import watch

_ENOUGH = 20  # seconds that must be left to begin with a run
_GROW = "import sys; from lib.grown_archive import grow; grow(*sys.argv[1:])"


class OutOfTime(Exception):
    """The script is to end, and to go on another time."""


class Growth:
    """Corpora of grown pages, and what commands take on them.

    Parameters
    ----------
    folder
        Where everything is written.
    found
        What was measured so far.
    deadline
        Moment, in seconds of ``time.monotonic``, at which to end.
    """

    def __init__(self, folder: Path, found: Measurements, deadline: float) -> None:
        self._folder, self._found, self._deadline = folder, found, deadline

    def make_source(self, pages: int, seed: int) -> list[Path]:
        """Write the archive and analyse it; returns its scans."""
        archive, corpus = self._folder / "archive", self._folder / "corpus-early-modern"
        if not archive.exists():
            subprocess.run(
                [*TABLEKIN, "sample", str(archive), "--documents", str(pages), "--seed", str(seed), "-q"],
                check=True,
            )
        scans = archive / "scans"
        if not corpus.exists():
            subprocess.run([*TABLEKIN, "run", str(scans), "--out", str(corpus), "-q"], check=True)
        return sorted(path for path in scans.rglob("*.*") if path.is_file())

    def measure(self, documents: int, pages: Sequence[Path]) -> None:
        """Measure a corpus of so many documents."""
        name = f"grown-{documents}"
        scans, corpus = self._folder / name, self._folder / f"corpus-{name}"
        self._run_over_grown(documents, scans, corpus)
        run = ["run", str(scans), "--out", str(corpus)]
        grown = sorted(path.stem for path in scans.glob("grown-*"))[:2]
        steps: dict[str, Sequence[str]] = {
            "again": run,
            "kinship": ["kinship", str(corpus)],
            "analyze": ["analyze", str(corpus)],
            f"{len(pages)} added": run,
            "similar": ["similar", str(corpus), *grown[:1]],
            "show": ["show", str(corpus), *grown],
            "read": ["read", str(corpus), *grown[:1]],
        }
        for step, arguments in steps.items():
            if step.endswith("added"):
                for path in pages:
                    shutil.copy(path, scans / path.name)
            self._command(f"{documents}: {step}", arguments, self._folder / f"{name}-{step.split()[-1]}.log")
        self._found.once(
            f"{documents}: bytes",
            lambda: sum(path.stat().st_size for path in corpus.rglob("*") if path.is_file()),
        )

    def _command(self, name: str, arguments: Sequence[str], log: Path) -> None:
        if name not in self._found.found:
            self._time_left()
        self._found.once(name, lambda: _measured(run_command(arguments, log)))

    def _time_left(self) -> float:
        left = self._deadline - time.monotonic()
        if left < _ENOUGH:
            raise OutOfTime
        return left

    def _run_over_grown(self, documents: int, scans: Path, corpus: Path) -> None:
        """Run over grown pages, in as many pieces as it takes."""
        name, log = f"{documents}: run", scans.with_suffix(".log")
        cut_off = f"{name}, cut off"
        write_scans(scans, documents)
        told = log.with_suffix(".messages")
        command = [sys.executable, "-c", _GROW, str(scans), str(corpus)]
        command += [str(self._folder / "corpus-early-modern"), str(told)]
        paths = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        while name not in self._found.found:
            known = self._found.found.get(cut_off, {})
            left = self._time_left()
            print(f"{name} ...", file=sys.stderr, flush=True)
            seen = watch(
                command,
                log,
                {"PYTHONPATH": os.pathsep.join(paths)},
                None if left == float("inf") else left,
            )
            if seen.code and time.monotonic() < self._deadline:
                raise SystemExit(f"{name} ended with code {seen.code}; its messages are in {log}")
            stages = by_stage(seen, told)
            if seen.code:
                stages["cut off"] = stages.pop("end")
            before = known.get("stages", {})
            now = {stage: _added(before.get(stage, {}), one) for stage, one in stages.items()}
            found = {"whole": _added(known.get("whole", {}), seen.whole()), "stages": {**before, **now}}
            self._found.keep(cut_off if seen.code else name, _measured(found))
        self._found.forget(cut_off)
        record = json.loads((corpus / "run.json").read_text("utf-8"))
        self._found.once(
            f"{documents}: counts",
            lambda: {stage: [one["in"], one["out"]] for stage, one in record["stages"].items()},
        )


def _measured(found: Found) -> Found:
    """Say by which commit something was measured; that it ended well is clear."""
    whole = {key: value for key, value in found["whole"].items() if key != "code"}
    return {"commit": commit(), **found, "whole": whole}


def _added(before: Found, now: Found) -> Found:
    """Add up what two pieces of a stage took; of memory, the larger."""
    return {
        key: max(before.get(key, 0), value) if key.endswith("_mb") else round(before.get(key, 0) + value, 2)
        for key, value in now.items()
        if key != "code"
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where everything is written that the benchmark needs")
    parser.add_argument("--documents", type=int, nargs="+", default=[100, 1000], help="sizes of corpora")
    parser.add_argument("--pages", type=int, default=100, help="pages of the archive, which are added")
    parser.add_argument("--seed", type=int, default=2121)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="after which it ends")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    found = Measurements(options.folder, options.json)
    growth = Growth(options.folder, found, time.monotonic() + 60 * options.minutes)
    found.once("machine", lambda: {key: value for key, value in machine().items() if key != "commit"})
    try:
        pages = growth.make_source(options.pages, options.seed)
        for documents in options.documents:
            growth.measure(documents, pages)
    except OutOfTime:
        print("the time is up; start it again to go on", file=sys.stderr)
    print(growth_table(found.found))


if __name__ == "__main__":
    main()

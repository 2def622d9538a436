"""Measure a whole run, from scans to families: seconds of cores and peak memory, by stage and by page.

``python scripts/benchmark_run.py FOLDER --json docs/run.json`` writes a sample archive (pages of early-modern density)
and registers of 3,100 digits into FOLDER, or links the first scans of ``--registers DIR``. It then measures

* pages one by one in a worker, and Tesseract on the same files, with one thread; a page of 12 megapixels full of
  digits, a foldout of 100 and a sheet of small print in workers of their own;
* ``tablekin run`` over the archive, and over archive and registers together (the mix): the command, its workers and all
  else that it starts as one tree of processes, looked at five times a second; then ``run`` again with nothing to do,
  and ``kinship``.
Seconds are of cores, as the system counts them; on a machine that other work shares they change less than those of a
clock. Every measurement is made once: started again, the script goes on where it was ended.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import cv2
import pandas as pd
from benchmark_reading import run_tesseract
from lib.heavy_pages import heavy_pages, register_page
from lib.measured_commands import TABLEKIN, Found, Measurements, machine, run_command
from lib.page_costs import STAGES, page_cost

from tablekin.execution import Failure, Workers, run_in_order

_REGISTERS = 8


def make_scans(folder: Path, documents: int, seed: int, registers: Path | None) -> Found:
    """Write the archive and the registers."""
    archive, dense = folder / "archive", folder / "registers"
    if not archive.exists():
        subprocess.run(
            [*TABLEKIN, "sample", str(archive), "--documents", str(documents), "--seed", str(seed), "-q"],
            check=True,
        )
    dense.mkdir(exist_ok=True)
    chosen = sorted(path for path in registers.rglob("*.jpg"))[:_REGISTERS] if registers else []
    for path in chosen:
        (dense / path.name).symlink_to(path.absolute())
    for number in range(0 if registers else _REGISTERS):
        cv2.imwrite(str(dense / f"register-{number}.png"), register_page(number))
    heavy = folder / "heavy"
    heavy.mkdir(exist_ok=True)
    for name, content in heavy_pages():
        if "specks" not in name:
            (heavy / name).write_bytes(content)
    return {"archive": documents, "registers": len(chosen) or _REGISTERS, "seed": seed}


def measure_pages(paths: Sequence[Path], tesseract: str | None) -> list[Found]:
    """Analyse pages one after the other in a worker, and let Tesseract read the same."""
    rows = []
    for path, found in zip(paths, run_in_order(page_cost, paths, Workers(1)), strict=True):
        if isinstance(found, Failure):
            raise SystemExit(f"{path}: {found.reason}\n{found.detail}")
        row: Found = {"page": path.stem, **found}
        if tesseract:
            row["tesseract"] = round(run_tesseract(tesseract, path, 1)[1], 2)
        rows.append(row)
    return rows[1:] if len(rows) > 2 else rows  # the first has loaded the networks


def summarize(rows: Sequence[Found]) -> Found:
    """Give the means over pages, and the highest peak."""
    frame = pd.DataFrame(rows)
    means = frame.drop(columns=["page"]).mean().round(3).to_dict()
    return {
        "pages": len(frame),
        **means,
        "whole": round(sum(means[stage] for stage in STAGES), 3),
        "highest_peak_mb": int(frame["peak_mb"].max()),
    }


def measure_run(folder: Path, name: str, scans: Sequence[Path]) -> Found:
    """Run over scans into a new corpus, then again, then kinship."""
    corpus = folder / f"corpus-{name}"
    shutil.rmtree(corpus, ignore_errors=True)
    run = ["run", *map(str, scans), "--out", str(corpus)]
    found = {}
    for step, arguments in (("run", run), ("again", run), ("kinship", ["kinship", str(corpus)])):
        found[step] = run_command(arguments, folder / f"{name}-{step}.log")
    record = json.loads((corpus / "run.json").read_text("utf-8"))
    found["counts"] = {stage: [counts["in"], counts["out"]] for stage, counts in record["stages"].items()}
    return found


def print_found(found: Found) -> None:
    """Print what was measured as tables."""
    pages = {
        key.partition(" ")[2]: summarize(rows) for key, rows in found.items() if key.startswith("pages ")
    }
    if pages:
        print(pd.DataFrame(pages.values(), index=[*pages]).to_string())
    for name, one in found.items():
        for step, measured in one.items() if name.startswith("run ") else ():
            if isinstance(measured, dict) and "whole" in measured:
                rows = {"whole": measured["whole"], **measured.get("stages", {})}
                print(f"\n{name}: {step}\n{pd.DataFrame(rows.values(), index=[*rows]).to_string()}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where everything is written that the benchmark needs")
    parser.add_argument("--documents", type=int, default=60, help="pages of the archive")
    parser.add_argument("--seed", type=int, default=2121)
    parser.add_argument("--registers", type=Path, help="folder of scans of registers; drawn ones without it")
    parser.add_argument("--pages", type=int, default=20, help="of the archive that are measured one by one")
    parser.add_argument("--tesseract", default="tesseract", help="command that starts it")
    parser.add_argument("--no-tesseract", action="store_true", help="measure the project alone")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    folder, all_found = options.folder, Measurements(options.folder, options.json)
    all_found.once("machine", machine)
    all_found.once("scans", lambda: make_scans(folder, options.documents, options.seed, options.registers))
    archive, registers = folder / "archive" / "scans", folder / "registers"
    tesseract = None if options.no_tesseract else options.tesseract
    groups = {
        "early-modern": sorted(archive.rglob("*.*"))[: options.pages],
        "register": sorted(registers.iterdir()),
        **{path.stem: [path] for path in sorted((folder / "heavy").iterdir())},
    }
    for name, paths in groups.items():
        other = None if name.startswith("heavy") else tesseract
        all_found.once(f"pages {name}", partial(measure_pages, paths, other))
    for name, scans in (("early-modern", [archive]), ("mix", [archive, registers])):
        all_found.once(f"run {name}", partial(measure_run, folder, name, scans))
    print_found(all_found.found)


if __name__ == "__main__":
    main()

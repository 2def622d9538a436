"""Measure whether pages written by hand are told from print.

``python scripts/evaluate_handwriting.py --hand WRITTEN --print SCANS`` reads the scans below the folders, or those that
are named, as ``tablekin run`` does, and asks the digits of each whether they are written by hand. Prints, by page: how
many sure digits it has, the mean of their probabilities, and whether it is flagged; then how many of either kind are,
and the seconds that the question took beside those of digitizing. Writes it as JSON with ``--json``. A page with fewer
sure digits than the least number is not judged, which the table says.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from tablekin.config import RunConfig
from tablekin.digitize.handwriting import judge_handwriting
from tablekin.digitize.orientation import as_batch
from tablekin.digitize.stage import digitize, load_readers
from tablekin.digitize.thresholds import HANDWRITING
from tablekin.ingest import identify, list_scans, load_scan
from tablekin.models.networks.architecture import FINE
from tablekin.models.networks.sections import finest_features


def judge_pages(sources: Sequence[Path], truth: str) -> Iterator[dict[str, Any]]:
    """Judge the pages of scans; ``truth`` is what they are."""
    config, readers = RunConfig(), load_readers()
    for scan in identify(list_scans(sources), {}, config.ingest):
        if scan.reason:
            print(f"{scan.doc_id} is left out: {scan.reason}", flush=True)
            continue
        grey = load_scan(scan, config.ingest.max_pixels).page
        begun = time.perf_counter()
        page, maps = digitize(grey, readers, config.digitize.threshold)
        spent = time.perf_counter() - begun
        with torch.inference_mode():
            batch = as_batch(readers.digits, page.ink)
            fine = maps[FINE] if maps else finest_features(readers.digits, batch[0, 0])
        begun = time.perf_counter()
        found = judge_handwriting(readers.handwriting, fine, page.digits)
        row: dict[str, Any] = {
            "page": scan.doc_id,
            "truth": truth,
            "digits": found.digits,
            "mean": round(found.mean, 3),
            "judged": found.digits >= HANDWRITING.min_digits,
            "flagged": found.is_by_hand,
            "seconds": spent,
            "asking": time.perf_counter() - begun,
        }
        print(
            f"{truth:5} {row['page'][:44]:44} {found.digits:5} {found.mean:.3f} {'flagged' * row['flagged']}",
            flush=True,
        )
        yield row


def summarise(pages: pd.DataFrame) -> dict[str, Any]:
    """Count the pages of either kind that are judged and flagged; the share of the time that this takes."""
    figures: dict[str, Any] = {}
    for truth, own in pages.groupby("truth"):
        judged = own[own["judged"]]
        figures[str(truth)] = {
            "pages": len(own),
            "judged": len(judged),
            "flagged": int(own["flagged"].sum()),
            "lowest mean": float(judged["mean"].min()) if len(judged) else None,
            "highest mean": float(judged["mean"].max()) if len(judged) else None,
        }
    figures["share of the time of digitizing"] = float(pages["asking"].sum() / pages["seconds"].sum())
    return figures


def main() -> None:
    """Evaluate as the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hand", type=Path, nargs="+", default=[], help="scans, or folders of them, by hand")
    parser.add_argument("--print", type=Path, nargs="+", default=[], dest="printed", help="the same of print")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not options.hand and not options.printed:
        parser.error("name scans with --hand or --print")
    torch.set_num_threads(options.threads)
    rows = [
        row
        for truth, sources in (("hand", options.hand), ("print", options.printed))
        if sources
        for row in judge_pages(sources, truth)
    ]
    figures = summarise(pd.DataFrame(rows))
    print(json.dumps(figures, indent=1))
    if options.json:
        options.json.write_text(json.dumps({"pages": rows, **figures}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()

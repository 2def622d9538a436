"""Attack a run with damaged and hostile files: whatever a file holds, the run goes on and says why it failed.

``python scripts/attack_files.py --json FILE`` makes good images and PDFs, changes their bytes, cuts them
off, doubles parts of them or overwrites them with numbers at the edges of what a field can hold (``--mutated`` files,
from ``--seed`` alone), and adds files crafted to say that they hold more than they do, to hold themselves, or to grow
when they are unpacked. Every one is looked at and its first pages are read as ``tablekin run`` does it, in workers with
a deadline and a bound on memory; ``--whole`` of the mutated files go through the whole command, and so do four honest
pages that are as heavy as pages can be. Counted are what became of them, the longest time and the most memory; named is
every reason that no historian could understand.

What is done stands in the JSON and is not done again, so that the same command goes on; with ``--minutes`` it stops
after some time, with exit code 5 if any files are left. The exit code is 1 if a run ended, a reason cannot be
understood, or a file took too much.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT / "scripts") not in sys.path:
    sys.path.insert(0, str(ROOT / "scripts"))

import pandas as pd  # noqa: E402
from lib.heavy_pages import heavy_pages  # noqa: E402
from lib.hostile_files import craft, mutated  # noqa: E402

from tablekin.config import IngestConfig  # noqa: E402
from tablekin.execution import Failure, Workers, more_time, run_in_order  # noqa: E402
from tablekin.ingest import (  # noqa: E402
    FileContent,
    FileQuestion,
    Scan,
    list_scans,
    load_scan,
    look_at,
    unreadable,
)
from tablekin.orchestration.documents import LIMITS  # noqa: E402

PIECE = 250  # files in a piece of the ingest
PIECE_OF_WHOLE = 50
HEAVY = 4  # pages, each of which goes through the whole command alone
PAGES = 3  # of a file that are read: the first ones
MAX_SECONDS, MAX_BYTES = 30.0, 4 << 30
NO_REASON = re.compile(
    r"\b0x[0-9a-f]{4,}|[A-Z][A-Za-z]+(Error|Exception|Warning)\b|Traceback|<[a-z_.A-Z]+ object"
    r"|site-packages|\.py\b|^\s*$"
)
LEFT = 5  # exit code where files are left
SPARE = 1.0  # seconds between the end of a deadline and what notices it

Counts = dict[str, Any]


def timed_look(question: FileQuestion) -> tuple[float, FileContent]:
    """Look at a file as a run does; seconds of it, and what it holds."""
    begin = time.monotonic()
    content = look_at(question, IngestConfig(), partial(more_time, LIMITS.page_of_file))
    return time.monotonic() - begin, content


def timed_load(scan: Scan) -> float:
    """Read a page as a run does; seconds of it."""
    begin = time.monotonic()
    load_scan(scan, IngestConfig().max_pixels)
    return time.monotonic() - begin


def attack_ingest(folder: Path, workers: int) -> Counts:
    """Look at all files of a folder and read their first pages; what became of them."""
    listing = list_scans([folder])
    questions = [FileQuestion(listing.root / source) for source in listing.sources]
    limits = Workers(workers, LIMITS.reading, LIMITS.memory_to_read)
    counts: Counter[str] = Counter()
    reasons: list[str] = []
    given_up: list[str] = []
    longest: tuple[float, str] = (0.0, "")
    scans = []
    with closing(run_in_order(timed_look, questions, limits)) as results:
        for question, result in zip(questions, results, strict=True):
            counts["files"] += 1
            seconds, content = (0.0, unreadable(result.reason)) if isinstance(result, Failure) else result
            longest = max(longest, (seconds, question.path.name))
            given_up += [question.path.name] if "takes too long" in content.reason else []
            if content.reason:
                counts["files refused"] += 1
                reasons.append(content.reason)
                continue
            scans += [
                Scan("x", question.path.name, question.path, page.place, "", page.place, page.shares[0])
                for page in content.pages[:PAGES]
            ]
    with closing(run_in_order(timed_load, scans, limits)) as loaded:
        for scan, page in zip(scans, loaded, strict=True):
            if isinstance(page, Failure):
                counts["pages refused"] += 1
                given_up += [scan.path.name] if "takes too long" in page.reason else []
                reasons.append(f"{page.reason} {page.detail}".strip())
            else:
                counts["pages read"] += 1
                longest = max(longest, (page, scan.path.name))
    done = counts["pages read"] + counts["pages refused"] == len(scans)
    return {
        **counts,
        "reasons": _kinds(reasons),
        "not understood": sorted({reason for reason in reasons if NO_REASON.search(reason)}),
        "given up": given_up,
        "longest": longest,
        "most bytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024,
        "ended": [] if done else ["the ingest did not reach the last page"],
    }


def attack_command(folder: Path, out: Path) -> Counts:
    """Run the whole command on a folder; what became of its files."""
    command = [
        sys.executable,
        "-m",
        "tablekin",
        "run",
        str(folder),
        "--out",
        str(out),
        "--device",
        "cpu",
        "-q",
    ]
    begin = time.monotonic()
    found = subprocess.run([*command, "--workers", "1"], capture_output=True, text=True, check=False)
    seconds = time.monotonic() - begin
    ended = [] if found.returncode in (0, 3) else [f"exit code {found.returncode}: {found.stderr[-500:]}"]
    files = {path.name for path in folder.iterdir()}
    documents = pd.read_parquet(out / "documents") if (out / "documents").is_dir() else pd.DataFrame()
    missing = files - set(documents["source"] if len(documents) else [])
    ended += [f"no document of {name}" for name in sorted(missing)]
    reasons = list(documents.loc[documents["status"] == "failed", "reason"]) if len(documents) else []
    return {
        "files": len(files),
        "pages read": int((documents["status"] == "ok").sum()) if len(documents) else 0,
        "pages refused": len(reasons),
        "reasons": _kinds(reasons),
        "not understood": sorted({reason for reason in reasons if NO_REASON.search(reason)}),
        "longest": (seconds / max(len(documents), 1), "mean of a document"),
        "most bytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024,
        "ended": ended,
    }


def _kinds(reasons: Sequence[str]) -> dict[str, int]:
    kinds = Counter(re.sub(r"\S+\.(png|jpg|tif|pdf|jp2|webp)|\d+", "*", reason) for reason in reasons)
    return dict(kinds.most_common())


def attack_piece(name: str, seed: int, workers: int) -> Counts:
    """Do the piece of a name: a kind of attack and the numbers of its files."""
    kind, begin, end = name.split()
    numbers = range(int(begin), int(end))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "scans"
        folder.mkdir()
        for file, content in _files_of(kind, numbers, seed):
            (folder / file).write_bytes(content)
        if kind in ("whole", "heavy"):
            return attack_command(folder, Path(place) / "corpus")
        return attack_ingest(folder, workers)


def _files_of(kind: str, numbers: range, seed: int) -> Iterable[tuple[str, bytes]]:
    if kind == "crafted":
        return craft()[numbers.start : numbers.stop]
    if kind == "heavy":
        return islice(heavy_pages(), numbers.start, numbers.stop)
    return (mutated(seed, number) for number in numbers)


def list_pieces(mutated_files: int, whole: int) -> list[str]:
    """Name the pieces of the attack, small enough that each ends within minutes."""
    crafted = len(craft())
    return [
        f"{kind} {begin} {min(begin + step, count)}"
        for kind, count, step in (
            ("crafted", crafted, PIECE_OF_WHOLE),
            ("mutated", mutated_files, PIECE),
            ("whole", whole, PIECE_OF_WHOLE),
            ("heavy", HEAVY, 1),
        )
        for begin in range(0, count, step)
    ]


def summarise(pieces: dict[str, Counts]) -> list[dict[str, Any]]:
    """Add the pieces of each kind of attack up."""
    rows = []
    for kind in dict.fromkeys(name.split()[0] for name in pieces):
        own = [piece for name, piece in pieces.items() if name.split()[0] == kind]
        row: dict[str, Any] = {"attack": kind}
        for count in ("files", "files refused", "pages read", "pages refused"):
            row[count] = sum(piece.get(count, 0) for piece in own)
        row["given up after 30 seconds"] = sum(len(piece.get("given up", [])) for piece in own)
        row["longest seconds"] = round(max(piece["longest"][0] for piece in own), 1)
        row["most GiB"] = round(max(piece["most bytes"] for piece in own) / 2**30, 2)
        row["runs ended"] = sum(len(piece["ended"]) for piece in own)
        row["reasons not understood"] = sum(len(piece["not understood"]) for piece in own)
        rows.append(row)
    return rows


def main() -> int:
    """Run the attack."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mutated", type=int, default=5000, help="mutated files for the ingest")
    parser.add_argument("--whole", type=int, default=300, help="mutated files for the whole command")
    parser.add_argument("--seed", type=int, default=0, help="of the mutations")
    parser.add_argument("--workers", type=int, default=1, help="processes of the ingest")
    parser.add_argument("--minutes", type=float, default=1e9, help="after which no further piece is begun")
    parser.add_argument("--json", type=Path, required=True, help="what is done, and its counts")
    options = parser.parse_args()
    pieces: dict[str, Counts] = (
        json.loads(options.json.read_text())["pieces"] if options.json.is_file() else {}
    )
    end = time.monotonic() + 60 * options.minutes
    left = [name for name in list_pieces(options.mutated, options.whole) if name not in pieces]
    while left and time.monotonic() < end:
        name = left.pop(0)
        begin = time.monotonic()
        with ProcessPoolExecutor(1, get_context("fork")) as alone:  # whose children are those of this piece
            pieces[name] = piece = alone.submit(attack_piece, name, options.seed, options.workers).result()
        options.json.write_text(
            json.dumps({"seed": options.seed, "pieces": pieces}, indent=1, ensure_ascii=False)
        )
        trouble = [*piece["ended"], *piece["not understood"]]
        print(f"{name}: {time.monotonic() - begin:.0f} s, longest {piece['longest']}, {trouble}", flush=True)
    rows = summarise(pieces)
    print(pd.DataFrame(rows).T.to_string(header=False))
    if left:
        print(f"{len(left)} pieces are left; the same command goes on")
        return LEFT
    is_bad = any(
        row["runs ended"]
        or row["reasons not understood"]
        or (
            row["longest seconds"] > MAX_SECONDS + SPARE and row["attack"] != "heavy"
        )  # it has more to be read
        or row["most GiB"] * 2**30 > MAX_BYTES
        for row in rows
    )
    return int(is_bad)


if __name__ == "__main__":
    raise SystemExit(main())

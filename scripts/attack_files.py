"""Attack the ingest with damaged and hostile files: whatever a file holds, the run goes on and says why it failed.

Good images and PDFs are made from a seed, then bytes of them are changed, cut off, doubled or overwritten with numbers
at the edges of what a field can hold. Every file is looked at and read as `tablekin run` does it, in workers with a
deadline and a bound on memory. Printed are the counts of what became of them, the longest time, and every reason that
no historian could understand; the exit code is 1 if there is one, or if the run did not reach the last file.

    python scripts/attack_files.py --files 5000 --seed 0
"""

from __future__ import annotations

import argparse
import io
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image

from tablekin.config import IngestConfig
from tablekin.execution import Failure, Workers, run_in_order
from tablekin.ingest import FileContent, FileQuestion, Scan, list_scans, load_scan
from tablekin.orchestration.documents import LIMITS, look_at_files

PIXELS = 4_000_000  # largest scan of the attack, so that a large one costs no time
NO_REASON = re.compile(r"0x[0-9a-f]{4,}|[A-Z][a-z]+(Error|Exception)\b|Traceback|<[a-z_.A-Z]+ object|^$")
EDGES = (
    b"\x00\x00",
    b"\xff\xff",
    b"\x7f\xff",
    b"\xff\x7f",
    b"\x00\x80",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x80",
)


def make_originals() -> dict[str, bytes]:
    """Make good files of every format, by their suffixes."""
    grey = np.add.outer(np.arange(120), np.arange(90)).astype(np.uint8)
    colours = np.dstack([grey, grey[::-1], 255 - grey])
    found: dict[str, bytes] = {}
    for suffix, kind, image in (
        ("a.png", "PNG", grey),
        ("b.png", "PNG", grey > 100),
        ("a.jpg", "JPEG", grey),
        ("b.jpg", "JPEG", colours),
        ("a.jp2", "JPEG2000", colours),
        ("a.webp", "WEBP", colours),
        ("p.pdf", "PDF", grey),
    ):
        buffer = io.BytesIO()
        Image.fromarray(image).save(buffer, kind)
        found[suffix] = buffer.getvalue()
    layouts: list[dict[str, Any]] = [
        {"compression": None, "rowsperstrip": 16},
        {"compression": "deflate", "tile": (32, 32)},
        {"compression": None, "extratags": [(274, "H", 1, 6, True)]},
    ]
    for number, layout in enumerate(layouts):
        buffer = io.BytesIO()
        tifffile.imwrite(
            buffer, np.stack([grey, 255 - grey]), photometric="minisblack", metadata=None, **layout
        )
        found[f"{number}.tif"] = buffer.getvalue()
    buffer = io.BytesIO()
    Image.fromarray(grey > 100).save(buffer, "TIFF", compression="group4")
    found["g4.tif"] = buffer.getvalue()
    return found


def mutate(content: bytes, rng: np.random.Generator) -> bytes:
    """Change a file in one to eight places."""
    changed = bytearray(content)
    for _ in range(int(rng.integers(1, 9))):
        # where a file says what it holds, mostly: at its beginning, or at its end
        reach = len(changed) if rng.random() < 0.4 else min(len(changed), 300)
        place = int(rng.integers(max(reach, 1)))
        place = len(changed) - 1 - place if rng.random() < 0.3 else place
        what = int(rng.integers(6))
        if what == 0:
            changed[place : place + 1] = bytes([int(rng.integers(256))])
        elif what == 1:
            edge = EDGES[int(rng.integers(len(EDGES)))]
            changed[place : place + len(edge)] = edge
        elif what == 2:
            del changed[place : place + int(rng.integers(1, 20))]
        elif what == 3:
            changed[place:place] = changed[place : place + int(rng.integers(1, 60))]
        elif what == 4 and rng.random() < 0.2:
            del changed[place:]
        else:
            changed[place : place + 1] = (
                bytes([changed[place] ^ (1 << int(rng.integers(8)))]) if changed else b""
            )
    return bytes(changed)


def craft() -> Iterator[tuple[str, bytes]]:
    """Make files that say they hold more than they do, or hold themselves."""
    pdf = "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[{kids}]/Count {count}>>\nendobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 {w} {h}]{more}>>\nendobj\n{objects}trailer<</Size 9/Root 1 0 R>>\n%%EOF\n"  # noqa: E501
    form = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F {n} 0 R>>>>/Length 11>>stream\n/F Do /F Do\nendstream\nendobj\n"  # noqa: E501
    use = "/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>"
    body = "4 0 obj\n<</Length 5>>stream\n/F Do\nendstream\nendobj\n5 0 obj\n" + form
    for name, kids, count, w, h, more, objects in (
        ("none", "", 0, 9, 9, "", ""),
        ("many", "3 0 R", 100_000, 300, 300, "", ""),
        ("some", "3 0 R", 5_000, 300, 300, "", ""),
        ("negative", "3 0 R", -1, 300, 300, "", ""),
        ("circle", "2 0 R", 3, 300, 300, "", ""),
        ("huge", "3 0 R", 1, 10**8, 10**8, "", ""),
        ("flat", "3 0 R", 1, 10**6, 1, "", ""),
        ("recursion", "3 0 R", 1, 300, 300, use, body.format(n=5)),
        ("wide_recursion", "3 0 R", 1, 600, 300, use, body.format(n=5)),
    ):
        text = pdf.format(kids=kids, count=count, w=w, h=h, more=more, objects=objects)
        yield f"crafted_{name}.pdf", text.encode()
    png = make_originals()["a.png"]
    for name, width, height in (("huge", 2**31 - 1, 2**31 - 1), ("tall", 1, 65_535), ("empty", 0, 9)):
        changed = bytearray(png)
        changed[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
        yield f"crafted_{name}.png", bytes(changed)
    tif = bytearray(make_originals()["0.tif"])
    tif[4:8] = (8).to_bytes(4, "little")
    for offset in (0, 4, 8, 2**31, 2**32 - 1):
        chain = bytearray(tif)
        entries = int.from_bytes(chain[8:10], "little")
        chain[10 + 12 * entries : 14 + 12 * entries] = offset.to_bytes(4, "little")
        yield f"crafted_next_{offset}.tif", bytes(chain)


def attack(folder: Path, workers: int) -> tuple[Counter[str], list[str], float]:
    """Look at all files of a folder and read all their pages; what became of them, bad reasons, longest seconds."""
    listing = list_scans([folder])
    questions = [FileQuestion(listing.root / source) for source in listing.sources]
    counts: Counter[str] = Counter()
    reasons: list[str] = []
    longest, begin = 0.0, time.monotonic()
    scans = []
    contents: list[FileContent] = []
    for content in look_at_files(questions, IngestConfig(max_pixels=PIXELS), workers):
        contents.append(content)
        longest, begin = max(longest, time.monotonic() - begin), time.monotonic()
    for question, content in zip(questions, contents, strict=True):
        counts["files"] += 1
        if content.reason:
            counts["files not opened"] += 1
            reasons.append(content.reason)
            continue
        scans += [
            Scan("x", question.path.name, question.path, page.place, "", page.place, page.shares[0])
            for page in content.pages
        ]
    limits = Workers(workers, LIMITS.reading, LIMITS.memory_to_read)
    with closing(run_in_order(partial(load_scan, max_pixels=PIXELS), scans, limits)) as results:
        for result in results:
            longest, begin = max(longest, time.monotonic() - begin), time.monotonic()
            counts["pages read" if not isinstance(result, Failure) else "pages refused"] += 1
            if isinstance(result, Failure):
                reasons.append(result.reason if not result.detail else f"{result.reason} {result.detail}")
    counts["pages"] = len(scans)
    kinds = Counter(re.sub(r"\S+\.(png|jpg|tif|pdf|jp2|webp)|\d+", "*", reason) for reason in reasons)
    for kind, count in kinds.most_common(25):
        print(f"{count:6d}  {kind}")
    return counts, sorted({reason for reason in reasons if NO_REASON.search(reason)}), longest


def main() -> int:
    """Run the attack."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=5000, help="mutated files")
    parser.add_argument("--seed", type=int, default=0, help="of the mutations")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    originals = make_originals()
    names = sorted(originals)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.files):
            name = names[int(rng.integers(len(names)))]
            (Path(folder) / f"m{number:05d}_{name}").write_bytes(mutate(originals[name], rng))
        for name, content in craft():
            (Path(folder) / name).write_bytes(content)
        begin = time.monotonic()
        counts, bad, longest = attack(Path(folder), options.workers)
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    print(f"{time.monotonic() - begin:.0f} s in all, longest {longest:.1f} s")
    for reason in bad:
        print(f"no reason for a historian: {reason}")
    return 1 if bad or counts["pages read"] + counts["pages refused"] != counts["pages"] else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Vary every threshold of the stages by a quarter, up and down, and print which of them matter.

``python scripts/sensitivity.py ARCHIVE`` takes a sample archive (``tablekin sample``), finds the digits of some of its
pages once, and cuts and reads these pages anew with each threshold of ``tablekin.segment`` and ``tablekin.read`` moved.
``--room digitize`` and ``--room ingest`` do the same for the thresholds of those stages, from the image on.

For every threshold it prints how many more digits lie in their row and column, how many more cells are exactly right
(row, column and digits), and how many more pages are taken for a table, or for none, wrongly, and on how many pages
anything changes. A threshold *matters* where digits or cells change by more than one in a thousand, or any page's kind
does. Of a threshold that matters a tenth is tried as well, so that the values between which nothing matters are known.
Everything is written as JSON with ``--json``.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from lib.placement import PageTruth, Placement, place_page, truth_of
from lib.variation import moved, varied
from numpy.typing import NDArray

from tablekin import argument, read
from tablekin.config import RunConfig
from tablekin.digitize.false_positives import drop_false_positives
from tablekin.digitize.stage import digitize, load_readers
from tablekin.digitize.thresholds import THRESHOLDS as DIGITIZE
from tablekin.ingest import load_image
from tablekin.ingest.gutter import find_gutter
from tablekin.ingest.thresholds import THRESHOLDS as INGEST
from tablekin.page import WorkingPage
from tablekin.sample.truth import read_truth
from tablekin.segment import adjacency, numbers, ruling
from tablekin.segment.observations import PageObservations, observe_page
from tablekin.segment.stage import segment_observed
from tablekin.segment.thresholds import THRESHOLDS as SEGMENT

ROOMS: dict[str, tuple[Any, ...]] = {
    "segment": (*SEGMENT, argument.CRITERIA, read.CRITERIA),
    "digitize": DIGITIZE,
    "ingest": INGEST,
}
OBSERVING = (
    ruling.CRITERIA,
    adjacency.CRITERIA,
    numbers.CRITERIA,
)  # what is observed on a page depends on these
QUARTER, TENTH = 0.25, 0.1
TOLERANCE = 1e-3  # share of digits or cells by which a change does not matter


@dataclass(frozen=True)
class Sample:
    """A page of the archive: its scan, its truth, and what its digits are with the thresholds as they stand."""

    name: str
    image: NDArray[np.uint8]
    truth: PageTruth
    page: WorkingPage
    observations: PageObservations


@dataclass(frozen=True)
class Outcome:
    """What a page is found to be; pages whose fingerprints are the same are found to be the same."""

    fingerprint: Any
    placement: Placement


@dataclass(frozen=True)
class Variation:
    """One threshold moved to another value, and what that changes."""

    value: float
    digits_placed: int  # more, or fewer, than with the threshold as it stands
    cells_right: int
    tables_wrong: int
    pages_changed: int
    matters: bool
    error: str = ""


@dataclass(frozen=True)
class Finding:
    """A threshold with its variations."""

    room: str
    group: str
    name: str
    value: float
    variations: tuple[Variation, ...]

    @property
    def matters(self) -> bool:
        """Whether a quarter up or down changes more than the tolerance."""
        return any(variation.matters for variation in self.variations)

    @property
    def alike(self) -> tuple[float, float]:
        """Values from and to which nothing that was tried matters."""
        low = high = self.value
        for variation in sorted(self.variations, key=lambda each: abs(each.value - self.value)):
            if not variation.matters and all(
                not other.matters
                for other in self.variations
                if min(variation.value, self.value) <= other.value <= max(variation.value, self.value)
            ):
                low, high = min(low, variation.value), max(high, variation.value)
        return low, high


def cut_and_read(page: WorkingPage, observations: PageObservations, truth: PageTruth) -> Outcome:
    """Cut a page with its digits into regions, read them, and compare them with the truth."""
    layout = segment_observed(observations)
    page = drop_false_positives(page, layout, RunConfig().digitize.threshold_without_table)
    reading = read.read(page, layout)
    fingerprint = (layout.regions, tuple(reading.regions["text"]), reading.digit_region.tobytes())
    return Outcome(fingerprint, place_page(page, layout, reading, truth))


def from_observations(sample: Sample) -> Outcome:
    """Analyse a page from what was observed on it."""
    return cut_and_read(sample.page, sample.observations, sample.truth)


def from_digits(sample: Sample) -> Outcome:
    """Analyse a page from its digits on."""
    return cut_and_read(sample.page, observe_page(sample.page), sample.truth)


def from_image(sample: Sample) -> Outcome:
    """Analyse a page from its image on."""
    page = find_digits(sample.image)
    return cut_and_read(page, observe_page(page), sample.truth)


def from_scan(sample: Sample) -> Outcome:
    """Tell whether a scan is split; a page of an archive that is, is taken for a table or for none wrongly."""
    gutter = find_gutter(sample.image)
    return Outcome(gutter, Placement(pages=1, tables_wrong=int(gutter is not None)))


def start_of(room: str, criteria: Any) -> Callable[[Sample], Outcome]:
    """Tell from where on a page must be analysed anew when one of these thresholds moves."""
    if room == "segment":
        return from_digits if criteria in OBSERVING else from_observations
    return from_scan if room == "ingest" else from_image


def find_digits(image: NDArray[np.uint8]) -> WorkingPage:
    """Find the digits of a page."""
    return digitize(image, load_readers(), RunConfig().digitize.threshold)[0]


def load_samples(archive: Path, count: int) -> list[Sample]:
    """Load pages spread evenly over an archive, and find their digits."""
    truth = {name: read_truth(archive, name) for name in ("documents", "digits", "cells")}
    chosen = np.unique(np.linspace(0, len(truth["documents"]) - 1, count).round().astype(int))
    samples = []
    for _, document in truth["documents"].iloc[chosen].iterrows():
        own = [truth[name][truth[name]["doc"] == document["doc"]] for name in ("digits", "cells")]
        image = load_image(archive / "scans" / document["file"])
        page = find_digits(image)
        samples.append(Sample(document["doc"], image, truth_of(document, *own), page, observe_page(page)))
    return samples


def vary(room: str, criteria: Any, name: str, samples: Sequence[Sample], usual: Sequence[Outcome]) -> Finding:
    """Move one threshold by a quarter, and where that matters by a tenth, and compare with what is usual."""
    value = getattr(criteria, name)
    tried: list[Variation] = []
    for share in (QUARTER, TENTH):
        for other in moved(value, share):
            nearer = [v for v in tried if (v.value < value) == (other < value)]
            if (
                other != value
                and (share == QUARTER or nearer[-1].matters)
                and other not in {v.value for v in tried}
            ):
                tried.append(_try(room, criteria, name, other, samples, usual))
    return Finding(room, type(criteria).__name__, name, value, tuple(tried))


def _try(
    room: str, criteria: Any, name: str, value: float, samples: Sequence[Sample], usual: Sequence[Outcome]
) -> Variation:
    analyse = start_of(room, criteria)
    try:
        with varied(criteria, name, value):
            found = [analyse(sample) for sample in samples]
    except (
        ValueError,
        ArithmeticError,
        LookupError,
        cv2.error,
    ) as error:  # a value that a stage cannot work with is a finding, too
        return Variation(value, 0, 0, 0, 0, True, f"{type(error).__name__}: {error}")
    before, after = (sum((one.placement for one in each), Placement()) for each in (usual, found))
    digits, cells = after.digits_placed - before.digits_placed, after.cells_right - before.cells_right
    changed = sum(one.fingerprint != other.fingerprint for one, other in zip(usual, found, strict=True))
    kinds = any(
        a.placement.tables_wrong != b.placement.tables_wrong for a, b in zip(usual, found, strict=True)
    )
    matters = kinds or abs(digits) > TOLERANCE * before.digits or abs(cells) > TOLERANCE * before.cells
    return Variation(value, digits, cells, after.tables_wrong - before.tables_wrong, changed, matters)


def measure(room: str, samples: Sequence[Sample]) -> Iterator[Finding]:
    """Vary the thresholds of a room, one after the other."""
    usual = [start_of(room, ROOMS[room][0])(sample) for sample in samples]
    print(f"{room}: {sum((one.placement for one in usual), Placement())}", flush=True)
    for criteria in ROOMS[room]:
        for each in fields(criteria):
            if not isinstance(getattr(criteria, each.name), bool | tuple | str):
                yield vary(room, criteria, each.name, samples, usual)


def line_of(finding: Finding) -> str:
    """Say in one line what moving a threshold changes."""
    parts = [f"{finding.group}.{finding.name} = {finding.value:g}"]
    for v in sorted(finding.variations, key=lambda variation: variation.value):
        changes = f"{v.digits_placed:+d} digits, {v.cells_right:+d} cells, {v.tables_wrong:+d} kinds wrong"
        parts.append(f"at {v.value:g}: {v.error or f'{changes}, {v.pages_changed} pages'}")
    return ("MATTERS  " if finding.matters else "         ") + "; ".join(parts)


def main() -> None:
    """Vary the thresholds that the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path)
    parser.add_argument("--pages", type=int, default=24, help="pages of the archive, spread evenly over it")
    parser.add_argument("--room", choices=list(ROOMS), default="segment")
    parser.add_argument("--only", help="only dataclasses with this in their name")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    start = time.perf_counter()
    samples = load_samples(options.archive, options.pages)
    findings = []
    if options.only:
        ROOMS[options.room] = tuple(c for c in ROOMS[options.room] if options.only in type(c).__name__)
    for finding in measure(options.room, samples):
        findings.append(finding)
        print(line_of(finding), flush=True)
    print(f"{sum(f.matters for f in findings)} of {len(findings)} thresholds matter, on {len(samples)} pages")
    if options.json:
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
        )
        result = {
            "room": options.room,
            "pages": [sample.name for sample in samples],
            "commit": commit.stdout.strip(),
            "machine": f"{platform.machine()}, Python {platform.python_version()}",
            "seconds": round(time.perf_counter() - start),
            "thresholds": [asdict(f) | {"matters": f.matters, "alike": f.alike} for f in findings],
        }
        options.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()

"""Measure which digits of transcribed pages are found, place by place.

``python scripts/evaluate_digits.py SCANS`` looks below SCANS for the pictures that ``tests/fixtures/transcriptions``
transcribes, analyses them as ``tablekin run`` does, and pairs found with printed digits, each with at most one of the
other. A found digit is right if it is the printed one and their centres lie less than half a digit height apart. Of an
opening each page is scored. Digits of fractions, and those between whose readings the print does not decide, count
neither way. With ``--mark DIR`` each page is written there with what is missed (blue), misread (green) and invented
(red). Prints a table, and writes it as JSON with ``--json``.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from tablekin.config import RunConfig
from tablekin.digitize.stage import digitize, load_readers
from tablekin.explain import digit_advance, spacing_of
from tablekin.ingest import identify, list_scans, load_scan
from tablekin.models.networks.bigram import bigrams
from tablekin.models.networks.digits import DIGIT_HEIGHT
from tablekin.page import Detections, WorkingPage

TRANSCRIPTIONS = Path(__file__).parent.parent / "tests" / "fixtures" / "transcriptions"
_FAR = 100.0  # cost of pairing digits that are too far apart
_OTHER = 5.0  # cost of pairing different digits, in digit heights


@dataclass(frozen=True)
class Pairing:
    """Printed and found digits of a page."""

    pairs: NDArray[np.int64]  # (n, 2): places of a printed and of a found digit that stand together
    same: NDArray[np.bool_]  # (n,)
    missed: NDArray[np.int64]  # places of printed digits that count and were not found
    invented: NDArray[np.int64]  # places of found digits that stand where none is printed


def read_transcription(path: Path) -> pd.DataFrame:
    """Read printed digits: ``digit``, box, and ``counts``, whether it is one that must be found."""
    printed = pd.read_csv(path, dtype={"unsure": str})
    return printed.assign(counts=(printed["kind"] == "digit") & printed["unsure"].isna())


def on_part(printed: pd.DataFrame, left: int, width: int) -> pd.DataFrame:
    """Take the printed digits of one page of an opening, with their places in its part of the scan."""
    x = (printed["x0"] + printed["x1"]) / 2 - left
    own = printed[(x >= 0) & (x < width)].reset_index(drop=True)
    return own.assign(x0=own["x0"] - left, x1=own["x1"] - left)


def pair_digits(
    printed: pd.DataFrame, digit: NDArray, centres: NDArray[np.float64], height: float
) -> Pairing:
    """Pair printed and found digits, as many as stand together, equal ones first.

    Parameters
    ----------
    printed
        As from :func:`read_transcription`.
    digit, centres
        ``(n,)`` and ``(n, 2)``, found digits and their centres in pixels of the scan.
    height
        Digit height in pixels of the scan.
    """
    boxes = printed[["x0", "y0", "x1", "y1"]].to_numpy(float)
    places = (boxes[:, :2] + boxes[:, 2:]) / 2
    apart = np.abs(places[:, None] - centres[None]).max(-1) / height
    same = printed["digit"].to_numpy()[:, None] == digit[None]
    a, b = linear_sum_assignment(np.where(apart < 0.5, apart + _OTHER * ~same, _FAR))
    near = apart[a, b] < 0.5
    a, b = a[near], b[near]
    counts = printed["counts"].to_numpy()
    missed = np.setdiff1d(np.nonzero(counts)[0], a)
    beside = (apart[~counts] < 0.5).any(0)  # a digit of a fraction, say, read twice
    invented = np.setdiff1d(np.nonzero(~beside)[0], b)
    kept = counts[a]
    return Pairing(np.stack([a, b], 1)[kept], same[a, b][kept], missed, invented)


def histogram(digit: NDArray, centres: NDArray[np.floating], like: Detections) -> NDArray[np.float64]:
    """Bigram features of digits taken as certain, with the spacing of a page; ``centres`` in working pixels."""
    spacing = spacing_of(digit_advance(like))
    return bigrams(digit, np.ones(len(digit)), centres[:, 0], centres[:, 1], spacing).phi


def score_page(printed: pd.DataFrame, page: WorkingPage) -> tuple[dict[str, float], Pairing]:
    """Score the digits found on a page."""
    affine, found = page.to_original, page.digits
    centres = found.centres @ affine[:, :2].T + affine[:, 2]
    pairing = pair_digits(printed, found.digit, centres, DIGIT_HEIGHT / page.scale)
    right = int(pairing.same.sum())
    boxes = printed[["x0", "y0", "x1", "y1"]].to_numpy(float)
    inverse = cv2.invertAffineTransform(affine)
    places = (boxes[:, :2] + boxes[:, 2:]) / 2 @ inverse[:, :2].T + inverse[:, 2]
    phi = [
        histogram(found.digit, found.centres, found),
        histogram(printed["digit"].to_numpy(), places, found),
    ]
    return {
        "printed": int(printed["counts"].sum()),
        "recall": right / int(printed["counts"].sum()),
        "precision": right / (len(pairing.pairs) + len(pairing.invented)),
        "missed": len(pairing.missed),
        "misread": int((~pairing.same).sum()),
        "invented": len(pairing.invented),
        "bigram_correlation": float(np.corrcoef(phi[0], phi[1])[0, 1]),
        "bigram_total": float(phi[0].sum() / phi[1].sum()),
    }, pairing


def mark(grey: NDArray[np.uint8], printed: pd.DataFrame, page: WorkingPage, pairing: Pairing) -> NDArray:
    """Draw a page, enlarged, with the digits that were missed, misread and invented."""
    size, colour = 2, {"missed": (255, 0, 0), "misread": (0, 140, 0), "invented": (0, 0, 255)}
    image = cv2.cvtColor(cv2.resize(grey, None, fx=size, fy=size), cv2.COLOR_GRAY2BGR)
    radius = round(0.6 * size * DIGIT_HEIGHT / page.scale)
    found = page.digits.centres @ page.to_original[:, :2].T + page.to_original[:, 2]
    true = (printed[["x0", "y0"]].to_numpy(float) + printed[["x1", "y1"]].to_numpy(float)) / 2

    def ring(place: NDArray, kind: str, text: str) -> None:
        x, y = (round(float(v) * size) for v in place)
        cv2.circle(image, (x, y), radius, colour[kind], 2)
        cv2.putText(image, text, (x + radius, y), cv2.FONT_HERSHEY_SIMPLEX, 0.8, colour[kind], 2)

    for place in pairing.missed:
        ring(true[place], "missed", "")
    for place in pairing.invented:
        ring(found[place], "invented", str(page.digits.digit[place]))
    for (a, b), same in zip(pairing.pairs, pairing.same, strict=True):
        if not same:
            ring(true[a], "misread", f"{printed['digit'][a]}>{page.digits.digit[b]}")
    return image


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scans", type=Path)
    parser.add_argument("--mark", type=Path, metavar="DIR")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    threshold = RunConfig().digitize.threshold
    rows: dict[str, dict[str, float]] = {}
    for transcription in sorted(TRANSCRIPTIONS.glob("*.csv")):
        scan = next(options.scans.rglob(f"{transcription.stem}.jpg"), None)
        if scan is None:
            raise SystemExit(
                f"{options.scans}: no {transcription.stem}.jpg below it; name the folder of the scans"
            )
        printed = read_transcription(transcription)
        for part in identify(list_scans([scan]), {}):
            loaded = load_scan(part)
            grey, left = loaded.page, loaded.left
            own = on_part(printed, left, grey.shape[1])
            page, *_ = digitize(grey, load_readers(), threshold)
            rows[part.doc_id], pairing = score_page(own, page)
            if options.mark:
                options.mark.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(options.mark / f"{part.doc_id}.png"), mark(grey, own, page, pairing))
    print(pd.DataFrame(rows).T.round(4).to_string())
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()

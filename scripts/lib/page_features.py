"""Page features: what `tablekin run` compares pages by, read from the scans of sample archives and kept."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from lib.related_pages import RelatedPages, find_related_pages
from tablekin.config import RunConfig
from tablekin.digitize import digitize, drop_false_positives, load_readers
from tablekin.explain import digit_advance, spacing_of
from tablekin.ingest.image import load_image
from tablekin.models.networks.bigram import bigrams
from tablekin.sample import read_truth
from tablekin.segment import TableCriteria, segment

Features = NDArray[np.float64]
Archive = tuple[RelatedPages, Features, NDArray[np.object_]]


def read_features(scan: Path, cache: Path | None) -> Features:
    """Compute the features of a scan as ``tablekin run`` does, ``(features,)``."""
    known = cache / f"{scan.stem}.npz" if cache else None
    if known and known.exists():
        return np.asarray(np.load(known)["phi"], np.float64)
    config, readers = RunConfig(), load_readers("cpu")
    with torch.inference_mode():
        page, _ = digitize(load_image(scan), readers, config.digitize.threshold)
    layout = segment(page, TableCriteria(min_digits=config.segment.min_digits))
    digits = drop_false_positives(page, layout, config.digitize.threshold_without_table).digits
    activation = np.clip(digits.activation, 0, 1).astype(np.float64)
    x, y = digits.centres.astype(np.float64).T
    spacing = spacing_of(digit_advance(digits))
    phi = bigrams(digits.digit, activation, x, y, spacing, config.explain.min_rule).phi
    if known:
        known.parent.mkdir(parents=True, exist_ok=True)
        np.savez(known, phi=phi)
    return phi


def read_archive(archive: Path, cache: Path | None, until: float = float("inf")) -> Archive:
    """Read an archive: its pages with tables, their features and their works.

    Parameters
    ----------
    archive
        Folder of the archive.
    cache
        Folder in which the features of scans that have been read are kept, if any.
    until
        Time, as of ``time.monotonic``, from which no more pages are read.

    Raises
    ------
    SystemExit
        That time has come; what was read is kept.
    """
    pages, truth = find_related_pages(archive), read_truth(archive, "documents").set_index("doc")
    own, phi = cache / archive.name if cache else None, []
    for number, doc in enumerate(pages.docs):
        if time.monotonic() > until:
            raise SystemExit(f"{archive}: {number} of {len(pages.docs)} pages are read; run again to go on")
        phi.append(read_features(archive / "scans" / str(truth.at[doc, "file"]), own))
    return pages, np.stack(phi), truth.loc[list(pages.docs), "work"].to_numpy(object)

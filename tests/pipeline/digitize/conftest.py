"""Pages of a sample archive, turned every way, with what the archive's truth says of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from tablekin.digitize.normalization import extract_ink
from tablekin.ingest.image import load_image
from tablekin.sample.archive import print_page
from tablekin.sample.plan import plan_archive


@dataclass(frozen=True)
class TruePage:
    """The ink of a scan, and how the page lies in it."""

    doc: str
    grey: NDArray[np.uint8]
    ink: NDArray[np.float32]
    orientation: int  # degrees clockwise
    skew_degrees: float
    digit_height: float  # pixels of the scan
    digits: pd.DataFrame  # every digit that is printed: digit, ignore, x0, y0, x1, y1 in pixels of the scan


@pytest.fixture(scope="session")
def true_pages(tmp_path_factory) -> list[TruePage]:
    """Four tables of different works, one turned each way, and a page of prose that lies on its side."""
    scans = tmp_path_factory.mktemp("turned")
    plan = plan_archive(24, seed=2024).pages
    tables = [page for page in plan if page.metadata["kind"] == "table"]
    prose = next(page for page in plan if page.metadata["kind"] == "prose")
    first = {page.metadata["work"]: page for page in reversed(tables)}
    chosen = [first[work] for work in sorted(first)][:4]
    turned = [*zip(chosen, (0, 90, 180, 270), strict=True), (prose, 90)]
    found = []
    for page, orientation in turned:
        printed = print_page(replace(page, orientation=orientation), scans)
        truth = printed.document
        grey = load_image(scans / page.metadata["file"])
        found.append(
            TruePage(
                page.doc,
                grey,
                extract_ink(grey),
                truth["orientation"],
                truth["skew_degrees"],
                truth["digit_height"],
                printed.digits.to_pandas(),
            )
        )
    return found

"""IngestThresholds: every number that decides what of a file is a page, with its unit.

Where a field does not say on what it was chosen, that was not recorded. ``scripts/sensitivity.py`` varies each by a
quarter and prints how much of the tables changes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GutterCriteria:
    """When an image shows two facing pages, and where the gutter between them lies.

    All act together on the real scans of ``tests/pipeline/ingest/test_gutter.py``: three openings are split, thirteen
    other early modern pages and four months of Fort William are not.
    """

    side: int = 1000
    """Pixels: longer side of the image that is looked at."""
    min_side: int = 200
    """Pixels: on an image whose shorter side is less nothing can be told."""
    min_aspect: float = 1.05
    """Width of an opening, in heights."""
    bands: int = 40
    """Horizontal bands, from one of which to the next the gutter is followed."""
    min_bands: float = 0.5
    """Share of the bands that must be paper, not bed."""
    paper_quantile: float = 0.8
    """Of the brightness of a band in one column of pixels, and of the whole image: that is the paper's."""
    bright_quantile: float = 0.75
    """Of the paper of all bands, that is the bright paper."""
    min_x: float = 0.38
    """Share of the width, left of which no gutter lies."""
    max_x: float = 0.62
    """Share of the width, right of which no gutter lies."""
    max_strip: float = 0.1
    """Share of the width: the widest strip of bed between two pages."""
    max_rule: float = 0.006
    """Share of the width: what is darker on a narrower strip may be a rule."""
    near_edge: float = 0.004
    """Share of the width from an edge between two papers, from where on their tones are compared."""
    far_edge: float = 0.018
    """Share of the width from an edge between two papers, up to where their tones are compared."""
    max_bend: float = 0.004
    """Share of the width by which the gutter moves from one band to the next."""
    near_margin: float = 0.003
    """Share of the width from the gutter, from where on the inner margin may be blank."""
    far_margin: float = 0.035
    """Share of the width from the gutter, up to where the inner margin may be blank."""
    min_margin: float = 0.01
    """Share of the width that such a margin is wide."""
    bed: float = 0.4
    """Share of the bright paper's brightness: what is darker is bed."""
    min_shade: float = 0.05
    """Share of the brightness that is lost in the gutter, or by which two papers differ."""
    min_fold: float = 0.12
    """The same for a fold that may be a rule."""
    ink: float = 0.18
    """Darkness, 0 to 1, above which a pixel is ink: less than is printed, since the image is reduced."""
    min_followed: float = 0.9
    """Share of the bands along which there must be a gutter."""
    max_crossed: float = 0.08
    """Share of the rows in which there may be ink beside the gutter."""
    max_ink_of_end: float = 0.01
    """Share of the first and the last band that may be inked where a fold runs through them."""
    max_ink_of_row: float = 0.8
    """Share of a row above which it is bed."""
    min_ink_of_page: float = 0.1
    """Share of the ink that the emptier page has."""


GUTTER = GutterCriteria()


@dataclass(frozen=True)
class PdfCriteria:
    """At which resolution a page of a PDF is rendered."""

    dpi: float = 300.0
    """Pixels an inch of pages that are drawn and not scanned; digits of 8 points are then 22 pixels high."""
    min_covered: float = 0.5
    """Share of the page that an image covers which is its scan."""


PDF = PdfCriteria()


@dataclass(frozen=True)
class GammaCriteria:
    """When the brightness that a PNG was stored with is undone."""

    display: float = 2.2
    """Exponent of the display that brightness is brought to."""
    tolerance: float = 0.05
    """Exponents that differ from 1 by less change nothing that is seen."""


GAMMA = GammaCriteria()

THRESHOLDS = (GUTTER, PDF, GAMMA)

"""IngestThresholds: every number that decides what of a file is a page, and how bright it is."""

from __future__ import annotations

from dataclasses import dataclass

from tablekin.threshold import threshold


@dataclass(frozen=True)
class GutterCriteria:
    """When an image shows two facing pages, and where the gutter between them lies.

    All act together on the real scans of ``tests/pipeline/ingest/test_gutter.py``: three openings are split, thirteen
    other early modern pages and four months of Fort William are not.
    """

    side: int = threshold(1000, "pixels", "longer side of the image that is looked at")
    min_side: int = threshold(200, "pixels", "on an image with a shorter side nothing can be told")
    min_aspect: float = threshold(1.05, "heights", "an image that is narrower shows one page")
    bands: int = threshold(40, "bands", "from one to the next of which the gutter is followed")
    min_bands: float = threshold(0.5, "of the bands", "fewer of paper, the others being bed, are no pages")
    paper_quantile: float = threshold(0.8, "quantile", "of the brightness of pixels, which is the paper's")
    bright_quantile: float = threshold(
        0.75, "quantile", "of the paper of all bands, which is the bright paper"
    )
    min_x: float = threshold(0.38, "of the width", "no gutter lies farther left")
    max_x: float = threshold(0.62, "of the width", "no gutter lies farther right")
    max_strip: float = threshold(0.1, "of the width", "bed between two pages is narrower")
    max_rule: float = threshold(0.006, "of the width", "darkness on a narrower strip may be a rule")
    near_edge: float = threshold(0.004, "of the width", "two papers are compared from here off their edge")
    far_edge: float = threshold(0.018, "of the width", "two papers are compared up to here off their edge")
    max_bend: float = threshold(0.004, "of the width", "the gutter moves less from one band to the next")
    near_margin: float = threshold(0.003, "of the width", "an inner margin may begin here, off the gutter")
    far_margin: float = threshold(0.035, "of the width", "an inner margin must have ended here")
    min_margin: float = threshold(0.01, "of the width", "an inner margin is wider")
    bed: float = threshold(0.4, "brightness of the bright paper", "what is darker is bed")
    min_shade: float = threshold(
        0.05, "brightness of the bright paper", "is lost in a gutter, or lies between two papers"
    )
    min_fold: float = threshold(
        0.12, "brightness of the bright paper", "is lost in a fold that could be a rule"
    )
    ink: float = threshold(
        0.18, "darkness", "what is darker is ink: less than is printed, since the image is reduced"
    )
    min_followed: float = threshold(0.9, "of the bands", "along which there is a gutter")
    max_crossed: float = threshold(0.08, "of the rows", "more with ink beside the gutter go on across it")
    max_ink_of_end: float = threshold(
        0.01, "of the first and the last band", "with more ink no fold runs through a margin there"
    )
    max_ink_of_row: float = threshold(0.8, "of a row of pixels", "a row with more ink is bed")
    min_ink_of_page: float = threshold(0.1, "of the ink", "with less one of the two pages is empty")


GUTTER = GutterCriteria()


@dataclass(frozen=True)
class PdfCriteria:
    """At which resolution a page of a PDF is rendered."""

    dpi: float = threshold(
        300.0, "pixels an inch", "of pages that are drawn: digits of 8 points are then 22 pixels high"
    )
    min_covered: float = threshold(0.5, "of the page", "an image that covers less is not its scan")
    min_side: int = threshold(
        1000, "pixels", "an image with a shorter side decides the resolution only where nothing else is drawn"
    )


PDF = PdfCriteria()


@dataclass(frozen=True)
class GammaCriteria:
    """When the brightness that a PNG was stored with is undone."""

    display: float = threshold(2.2, "exponent", "of the display for which brightness is stored")
    tolerance: float = threshold(0.05, "exponent", "what differs from 1 by less is left as it is")


GAMMA = GammaCriteria()


@dataclass(frozen=True)
class FileLimits:
    """What a file may hold; what holds more is damaged, made to do harm, or to be split."""

    max_bytes: int = threshold(16 << 30, "bytes", "a larger file is not read")
    max_pages: int = threshold(10_000, "pages", "a file with more is not read")
    max_objects: int = threshold(20_000, "images and texts", "so many of a page of a PDF are looked at")
    max_aspect: float = threshold(50.0, "shorter sides", "what is longer is a strip, not a page")


FILES = FileLimits()


@dataclass(frozen=True)
class DepthCriteria:
    """When pixels of more than 8 bits are stretched."""

    min_used: float = threshold(
        0.1, "of the depth", "with less between dark and bright a scan would be one grey"
    )
    tail: float = threshold(0.001, "of the pixels", "so many are darker than dark, and brighter than bright")
    side: int = threshold(1000, "pixels", "sampled along each side")


DEPTH = DepthCriteria()


@dataclass(frozen=True)
class PyramidCriteria:
    """Which images of a TIFF are smaller copies of others, though they do not say so."""

    side: int = threshold(256, "pixels", "longer side at which two images are compared")
    max_difference: float = threshold(0.05, "of white", "mean difference of two that show the same")
    max_pixels: int = threshold(60_000_000, "pixels", "larger images are told by their sizes alone")


PYRAMID = PyramidCriteria()

THRESHOLDS = (GUTTER, PDF, GAMMA, FILES, DEPTH, PYRAMID)

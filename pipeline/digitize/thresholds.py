"""DigitizeThresholds: every number that decides how a page is brought upright and to scale."""

from __future__ import annotations

from dataclasses import dataclass

from tablekin.binarization import BINARIZATION
from tablekin.threshold import threshold

_TURNED_WRONGLY = "two kinds of generated pages that were turned wrongly"


@dataclass(frozen=True)
class InkThresholds:
    """How the brightness of the paper is estimated, and what the darkest ink is."""

    background_side: int = threshold(700, "pixels", "longer side of the reduced image that shows the paper")
    background_window: int = threshold(
        20, "pixels of the reduced image", "side of the closing: wider than a stroke, narrower than a margin"
    )
    brighter: float = threshold(
        0.1, "of the pixels of the paper", "so many are brighter than the page's bright paper"
    )
    bed: float = threshold(0.45, "brightness of the bright paper", "what is darker is the bed of the scanner")
    min_darkness: float = threshold(
        0.15, "light of the paper", "lighter marks do not tell how dark ink is, nor is ink ever lighter"
    )
    min_marks: int = threshold(20, "pixels", "with fewer dark ones a page is blank")
    darker: float = threshold(0.1, "of the pixels of marks", "so many are darker than the darkest ink")
    solid: float = threshold(0.75, "darkness of the darkest ink", "what is darker is solid ink")


INK = InkThresholds()


@dataclass(frozen=True)
class ExposureCriteria:
    """Which scans are negatives, of one bit, or pale; judged on a reduced image."""

    side: int = threshold(1000, "pixels", "longer side of the reduced image")
    stroke: int = threshold(
        31, "pixels of the reduced image", "what is bright and thinner is a stroke, not paper"
    )
    max_median: float = threshold(110.0, "brightness of 255", "half of a negative's pixels are darker")
    max_paper: float = threshold(0.02, "of the page", "more bright paper is on no negative")
    min_range: int = threshold(60, "brightness of 255", "a scan with less between dark and bright is pale")
    tail: float = threshold(0.01, "of the pixels", "so many are darker than dark, and brighter than bright")


EXPOSURE = ExposureCriteria()


@dataclass(frozen=True)
class MarkCriteria:
    """Which pieces of ink may be letters or digits, and which of their sizes is the height of the text."""

    ink: float = threshold(
        0.5, "ink", "more belongs to a mark: more than is printed, to part marks that nearly touch"
    )
    min_size: int = threshold(5, "pixels of the scan", "a mark whose longer side is shorter is a speck")
    max_size: int = threshold(
        150, "pixels of the scan", "a mark whose longer side is longer is a rule or a woodcut"
    )
    max_elongation: float = threshold(8.0, "shorter sides", "a mark with a longer side is a rule")
    min_filled: float = threshold(0.12, "of its box", "a mark that covers less is a line askew or a frame")
    min_marks: int = threshold(10, "marks", "fewer do not tell the scale of a page")
    bins_per_octave: int = threshold(12, "bins", "of the histogram of sizes")
    window: int = threshold(5, "bins", "neighbours that are counted together")
    tolerance: float = threshold(0.25, "octaves", "sizes nearer to the fullest window give the height")
    min_size_in_window: float = threshold(
        0.5,
        "heights of the text",
        "smaller marks do not count where windows are chosen: they are points and specks",
    )
    max_aspect_of_touching: float = threshold(
        0.45, "lengths", "a number whose digits touch is lower: then the shorter sides are tried as well"
    )


MARKS = MarkCriteria()


@dataclass(frozen=True)
class OrientationCriteria:
    """When a page is turned.

    The nll is the mean negative log-likelihood of the ink being upright. When these numbers were first chosen upright
    pages stayed below 0.2 nats and turned ones above 0.7; pictures, which the network knows nothing of, lie between.
    """

    probe_side: int = threshold(448, "working pixels", "side of the windows that are looked at")
    probes: int = threshold(4, "windows", "are looked at on a page")
    min_coverage: float = threshold(0.08, "mean ink", "an emptier cell of the orientation map has no say")
    max_nll: float = threshold(0.7, "nats", "with less a page is upright as it lies")
    max_nll_of_turn: float = threshold(0.6, "nats", "with less a turn is certain")
    min_gain: float = threshold(0.45, "nats", "by which a certain turn must be better than none")
    max_nll_of_better: float = threshold(
        1.5, "nats", "with less a turn that is far better than none is believed", chosen=_TURNED_WRONGLY
    )
    min_gain_of_better: float = threshold(
        1.2,
        "nats",
        "by which such a turn must be better than none",
        chosen="a woodcut of sphaera-pages upside down, with the weights that read marks",
    )
    min_nll_of_mirrored: float = threshold(
        0.4,
        "nats",
        "with less a page is not mirrored",
        chosen="a generated page and its mirror image: 0.04 and 0.77",
    )
    max_nll_of_mirror: float = threshold(
        0.3, "nats", "with less the mirror image of a mirrored page is upright"
    )
    min_speck: float = threshold(0.4, "heights of the text", "smaller marks of a scan of one bit are specks")
    min_digit_ratio: float = threshold(
        1.1, "digits seen without it", "that such a turn must show", chosen=_TURNED_WRONGLY
    )


ORIENTATION = OrientationCriteria()


@dataclass(frozen=True)
class ScaleCriteria:
    """How the scale is brought to the height of digits the network was trained on."""

    usual_pixels: int = threshold(
        12_000_000,
        "working pixels",
        "of a page, whose scale is lowered a little to keep to that: a full one takes 1.5 GiB then",
    )
    min_reduction: float = threshold(
        0.8, "times", "as large as they should be its digits are then at least, or it is read larger"
    )
    max_pixels: int = threshold(
        36_000_000,
        "working pixels",
        "of a page, whose scale is lowered to that in any case; a sheet of small print has 34 million",
    )
    min_scale: float = threshold(0.1, "working pixels for a pixel of the scan", "no page is reduced further")
    max_scale: float = threshold(4.0, "working pixels for a pixel of the scan", "no page is enlarged further")
    max_rounds: int = threshold(3, "rounds", "of looking at the windows at a better scale")
    min_digits: int = threshold(8, "digits", "fewer tall ones in the windows do not tell the scale")
    max_step: float = threshold(2.0, "times", "by which a round changes the scale, either way")
    max_detections: int = threshold(
        20_000, "digits", "are looked at on a page, the surest; the fullest of ours has 3,304"
    )
    min_height: float = threshold(8.0, "pixels of the scan", "lower digits are said to be of low resolution")
    tolerance: float = threshold(
        0.07, "height of the digits of the training", "digits that are higher or lower by less are right"
    )


SCALE = ScaleCriteria()


@dataclass(frozen=True)
class SkewCriteria:
    """How the tilt of the lines is found."""

    usual_degrees: float = threshold(
        8.0, "degrees", "either way, that are tried first; pages of a sample archive are tilted by 3 at most"
    )
    max_degrees: float = threshold(22.0, "degrees", "either way, that are tried at all")
    min_gain_of_far: float = threshold(
        1.5,
        "times",
        "by which the lines must be plainer in rows for more than the usual tilt to be believed",
    )
    side: int = threshold(1600, "pixels", "a larger page is reduced to it before its spectrum is taken")
    side_of_wide_search: int = threshold(
        640, "pixels", "a larger page is reduced to it for more than the usual tilt"
    )
    max_aspect: float = threshold(50.0, "shorter sides", "what is longer is no page and has no lines")


SKEW = SkewCriteria()


@dataclass(frozen=True)
class FalsePositiveCriteria:
    """Which digits on a page without a table hang together with more ink than a number has: hatching, ornaments."""

    max_height: float = threshold(
        2.0, "heights of the digit", "its strokes, with those it touches, are lower"
    )
    max_width: float = threshold(
        4.0, "heights of the digit", "its strokes, with those it touches, are shorter"
    )


FALSE_POSITIVES = FalsePositiveCriteria()


@dataclass(frozen=True)
class HandwritingCriteria:
    """When a page is said to be written by hand."""

    sure_digit: float = threshold(
        0.8,
        "probability",
        "less sure digits have no say: on pages without tables they are letters and hatching",
    )
    min_digits: int = threshold(20, "sure digits", "of fewer nothing is said")
    max_digits: int = threshold(600, "sure digits", "are asked at most, from all over the page")
    min_mean: float = threshold(
        0.58,
        "probability",
        "of being written by hand, in the mean over the digits, from which on the page is",
        chosen="real pages: written ones have 0.66 and more, an engraved one 0.50, other print 0.28 and less",
    )


HANDWRITING = HandwritingCriteria()

THRESHOLDS = (
    *(BINARIZATION, INK, EXPOSURE, MARKS, ORIENTATION, SCALE, SKEW, FALSE_POSITIVES),
    HANDWRITING,
)

"""DigitizeThresholds: every number that decides how a page is brought upright and to scale, with its unit.

Where a field does not say on what it was chosen, that was not recorded. ``scripts/sensitivity.py`` varies each by a
quarter and prints how much of the tables changes.
"""

from __future__ import annotations

from dataclasses import dataclass

from tablekin.binarization import BINARIZATION


@dataclass(frozen=True)
class InkThresholds:
    """How the brightness of the paper is estimated, and what the darkest ink is."""

    background_side: int = 700
    """Pixels: longer side of the reduced image on which the paper is estimated."""
    background_window: int = 20
    """Pixels of that image: side of the closing and of the smoothing; wider than a stroke, narrower than a margin."""
    brighter: float = 0.1
    """Share of the estimated paper that is brighter than what counts as the page's bright paper."""
    bed: float = 0.45
    """Share of the bright paper's brightness below which it is scanner bed; beds of 4 and 60 of 255 are tested."""
    min_darkness: float = 0.15
    """Share of the paper's light that a mark takes away at least, of those that tell how dark ink is."""
    min_marks: int = 20
    """Pixels: on a page with fewer dark ones nothing is ink."""
    darker: float = 0.1
    """Share of the pixels of marks that are darker than what counts as the darkest ink."""
    solid: float = 0.75
    """Share of the darkest ink's darkness from which ink is solid."""


INK = InkThresholds()


@dataclass(frozen=True)
class MarkCriteria:
    """Which pieces of ink may be letters or digits, and which of their sizes is the height of the text."""

    ink: float = 0.5
    """Ink, 0 to 1, above which a pixel belongs to a mark: more than is printed, to part marks that nearly touch."""
    min_size: int = 5
    """Pixels of the scan, longer side: what is smaller is a speck."""
    max_size: int = 150
    """Pixels of the scan, longer side: what is larger is a rule or a woodcut."""
    max_elongation: float = 8.0
    """Longer side in shorter sides: what is longer is a rule."""
    min_filled: float = 0.12
    """Share of its box that a mark covers."""
    min_marks: int = 10
    """With fewer on a page its scale is not told."""
    bins_per_octave: int = 12
    """Of the histogram of sizes."""
    window: int = 5
    """Neighbouring bins that are counted together."""
    tolerance: float = 0.25
    """Octaves from the fullest window, within which the sizes lie whose median is the height."""
    max_aspect_of_touching: float = 0.45
    """Height by length of a number whose digits touch one another: then the shorter sides are tried as well."""


MARKS = MarkCriteria()


@dataclass(frozen=True)
class OrientationCriteria:
    """When a page is turned.

    The nll is the mean negative log-likelihood, in nats, of the ink being upright. When these were first chosen upright
    pages stayed below 0.2 and turned ones above 0.7; pictures, which the network knows nothing of, lie between.
    """

    probe_side: int = 448
    """Working pixels: side of the windows that are looked at."""
    probes: int = 4
    """Windows a page."""
    min_coverage: float = 0.08
    """Mean ink of a cell of the orientation map (16 x 16 working pixels) that takes part in the nll."""
    max_nll: float = 0.7
    """Nats: below, a page is upright as it lies."""
    max_nll_of_turn: float = 0.6
    """Nats: a turn is certain below."""
    min_gain: float = 0.45
    """Nats by which a certain turn must be better than none."""
    max_nll_of_better: float = 1.5
    """Nats: a turn that is not certain, but far better than none, is believed below."""
    min_gain_of_better: float = 1.0
    """Nats by which such a turn must be better than none; chosen on two kinds of pages that were turned wrongly."""
    min_digit_ratio: float = 1.1
    """Digits that such a turn shows for each that is seen without it."""


ORIENTATION = OrientationCriteria()


@dataclass(frozen=True)
class ScaleCriteria:
    """How the scale is brought to the height of digits the network was trained on."""

    min_scale: float = 0.1
    """Working pixels for a pixel of the scan."""
    max_scale: float = 4.0
    """Working pixels for a pixel of the scan."""
    max_rounds: int = 3
    """Looks at the windows, each at a better scale."""
    min_digits: int = 8
    """Tall digits seen in the windows, fewer of which do not tell the scale."""
    max_step: float = 2.0
    """Factor by which a round changes the scale, or its inverse."""
    tolerance: float = 0.07
    """Share by which the digits may be higher or lower than those of the training."""


SCALE = ScaleCriteria()


@dataclass(frozen=True)
class SkewCriteria:
    """How the tilt of the lines is found."""

    max_degrees: float = 8.0
    """Either way; pages of a sample archive are tilted by 3 at most."""
    side: int = 1600
    """Pixels: longer side of the image whose spectrum is taken; a larger page is reduced to it."""


SKEW = SkewCriteria()


@dataclass(frozen=True)
class FalsePositiveCriteria:
    """Which digits on a page without a table hang together with more ink than a number has.

    They act on hatching and ornaments, as on the ``sphaera-pages`` of ``docs/method/reading.md``.
    """

    max_height: float = 2.0
    """Heights of the digit that the strokes it belongs to may reach over, with those of digits it touches."""
    max_width: float = 4.0
    """The same across."""


FALSE_POSITIVES = FalsePositiveCriteria()

THRESHOLDS = (BINARIZATION, INK, MARKS, ORIENTATION, SCALE, SKEW, FALSE_POSITIVES)

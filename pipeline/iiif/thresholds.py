"""Thresholds of fetching: how much may come, how long it may take, and how often it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from tablekin.threshold import threshold


@dataclass(frozen=True)
class WebLimits:
    """What an answer may be; what is more is damaged, made to do harm, or no picture of a page."""

    max_redirects: int = threshold(
        5, "redirects", "a longer way from an address to what it names is not followed"
    )
    max_json_bytes: int = threshold(
        64 << 20, "bytes", "a longer manifest or description of a picture is refused"
    )
    max_picture_bytes: int = threshold(512 << 20, "bytes", "a longer file of a picture is refused")
    max_seconds: float = threshold(300.0, "seconds", "an answer that has not come whole by then is given up")
    max_silence: float = threshold(30.0, "seconds", "a server that says nothing for so long is given up")
    max_depth: int = threshold(8, "collections", "so many of them may lie within one another")
    max_manifests: int = threshold(20_000, "manifests", "a collection with more is to be named in parts")


@dataclass(frozen=True)
class WebPatience:
    """How often a server is asked that has no answer now, and how long it is left alone in between."""

    attempts: int = threshold(5, "requests", "for one thing, the first among them")
    first_wait: float = threshold(
        2.0, "seconds", "before the second request; each later wait is twice as long"
    )
    max_wait: float = threshold(60.0, "seconds", "the longest wait that we choose ourselves")
    max_asked: float = threshold(
        300.0, "seconds", "a server that asks for a longer wait is left for the next run"
    )
    max_failures: int = threshold(
        3, "failures in a row", "a server that has no answer is not asked again in this run"
    )
    max_refusals: int = threshold(10, "refusals in a row", "nor is one that answers, but refuses")


@dataclass(frozen=True)
class SizeCriteria:
    """Which of the sizes that a server offers is asked for."""

    min_share: float = threshold(
        0.5,
        "of max_side",
        "of listed sizes the largest within max_side is taken, unless it is smaller than this: then the next larger",
        chosen="pyramids, whose sizes lie a factor of 2 apart: one of them is always between half and the whole",
    )


@dataclass(frozen=True)
class TileLimits:
    """What is joined of tiles; what is more is no page, or no tile."""

    max_tiles: int = threshold(400, "tiles", "of a page; 36 make 3000 pixels of tiles of 512")
    max_pixels: int = threshold(100_000_000, "pixels", "of a page that is joined")


LIMITS, PATIENCE, SIZES, TILES = WebLimits(), WebPatience(), SizeCriteria(), TileLimits()

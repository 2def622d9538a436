from __future__ import annotations

from dataclasses import dataclass

from tablekin.threshold import Threshold, threshold, thresholds_of


@dataclass(frozen=True)
class Some:
    far: float = threshold(2.5, "digit heights", "how far", (2.0, 3.0), chosen="a page")
    many: int = threshold(3, "rows", "how many")
    name: str = "no threshold"


def test_a_field_has_its_value_and_what_is_known_of_it() -> None:
    assert (Some().far, Some().many) == (2.5, 3)
    assert thresholds_of(Some(far=2.0)) == [
        Threshold("far", 2.0, "digit heights", "how far", "a page", (2.0, 3.0)),
        Threshold("many", 3, "rows", "how many", "", None),
    ]

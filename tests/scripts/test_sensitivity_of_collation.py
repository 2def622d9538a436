from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import sensitivity_of_collation as script

from tablekin.threshold import threshold

USUAL = {
    "cells right": 990,
    "cells wrong": 10,
    "editions kin": 40,
    "variants right": 60,
    "variants wrong": 40,
}


def test_a_change_matters_by_its_share_of_all_cells_variants_or_pairs() -> None:
    assert not script.matters(USUAL, USUAL)
    assert not script.matters(USUAL, USUAL | {"cells right": 988})  # two of 1,000
    assert script.matters(USUAL, USUAL | {"cells right": 987})
    assert not script.matters(USUAL, USUAL | {"variants wrong": 41})  # one of 100
    assert script.matters(USUAL, USUAL | {"variants wrong": 42})
    assert script.matters(USUAL, USUAL | {"editions kin": 41})  # one of 40


@dataclass(frozen=True)
class _Criteria:
    limit: float = threshold(10.0, "cells", "beyond which cells are wrong")


def test_a_threshold_is_moved_both_ways_and_what_changes_is_said() -> None:
    criteria = _Criteria()

    def again() -> dict[str, int]:
        return {"cells right": min(900, round(90 * criteria.limit)), "cells wrong": 100}

    found = script.vary(criteria, "limit", again(), again)
    assert [(one["value"], one["cells right"], one["matters"]) for one in found["tried"]] == [
        (7.5, -225, True),
        (12.5, 0, False),
    ]
    assert criteria.limit == 10
    line = script.line_of(found)
    assert line.startswith("MATTERS")
    assert line.endswith("_Criteria.limit = 10; at 7.5: -225 cells right; at 12.5: nothing")


def test_pairs_are_of_editions_of_one_work_or_of_different_works(monkeypatch) -> None:
    truth = pd.DataFrame(
        [("p", "w", "a"), ("q", "w", "b"), ("r", "w", "b"), ("s", "v", "c")],
        columns=["doc", "work", "edition"],
    )
    monkeypatch.setattr(script, "read_truth", lambda archive, table: truth)
    related, unrelated = script.find_pairs(None, dict.fromkeys("pqrs"))
    assert related == [("p", "q"), ("p", "r")]  # q and r are of one edition
    assert unrelated == [("p", "s"), ("q", "s"), ("r", "s")]
    assert script.draw(unrelated, 2) == sorted(script.draw(unrelated, 2))
    assert len(script.draw(unrelated, 2)) == 2
    assert script.draw(unrelated, 9) == unrelated

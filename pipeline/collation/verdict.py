"""Verdict: what two documents are to one another: copied, of one function, unrelated, or too little to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln

from tablekin.collation.argument_columns import are_arguments
from tablekin.collation.cell_columns import (
    NOT_COMPARED,
    ONLY_A,
    ONLY_B,
    RELATIONS,
    SAME,
    VARIANT,
    CellColumns,
    Integers,
)
from tablekin.collation.collation import Collation, keep_significant
from tablekin.collation.copying import CopyingEvidence, weigh_copying
from tablekin.collation.edit_distance import within_one_edit
from tablekin.collation.expectation import Expectations
from tablekin.collation.relation import Relation, Strength
from tablekin.collation.significance import CRITERIA as SIGNIFICANCE
from tablekin.collation.significance import NOTHING_IN_COMMON
from tablekin.collation.values import as_number
from tablekin.collation.variant import CRITERIA as VARIANTS
from tablekin.threshold import threshold

_FITTED_ON = (
    "2,791 pairs of 103 works in generated archives of seeds 772202 to 772206, by scripts/fit_copying_odds.py"
)


@dataclass(frozen=True)
class PairCriteria:
    """How evidence becomes odds, and odds words."""

    weight: float = threshold(
        1.07,
        "times",
        "the nats of the model that count",
        chosen=_FITTED_ON,
    )
    rough_weight: float = threshold(0.5, "share", "of the nats of values without a function, likewise")
    differ_copied: float = threshold(0.02, "of the cells", "in which copies differ, on average")
    known_copied: float = threshold(50.0, "cells", "from which that share might be known as well as it is")
    differ_alike: float = threshold(
        0.075, "of the cells", "in which tables that were computed alike differ, on average"
    )
    known_alike: float = threshold(11.0, "cells", "from which that share might be known, likewise")
    other_value: float = threshold(
        0.05,
        "share",
        "of a value by which what two functions say of two cells may differ, to be of one value computed otherwise",
    )
    max_log_odds: float = threshold(
        6.4,
        "nats",
        "that are stated: the pairs that odds were fitted on bear out 6.65, but those of a work go together",
        chosen=_FITTED_ON,
    )
    copied: float = threshold(
        1.95,
        "nats",
        "for copying, from which documents are called copied, seven to one: what two careful authors, or two of the "
        "same means, have alike makes at most 1.9",
        chosen="generated archives of seeds 772202 to 772206",
    )
    fair: float = threshold(2.3, "nats", "from which a verdict is fair: ten to one")
    strong: float = threshold(4.6, "nats", "from which a verdict is strong: a hundred to one")
    min_compared: int = threshold(12, "cells", "that must be compared to call documents unrelated")
    min_possible: int = threshold(
        30, "cells", "besides arguments that both tables must have, to be unrelated if no two columns agree"
    )
    min_disagreement: float = threshold(-5.0, "nats", "of kinship, below which they are unrelated")


CRITERIA = PairCriteria()
MAX_LOG_ODDS = CRITERIA.max_log_odds  # nats, the most that is stated of a pair


@dataclass(frozen=True)
class PairVerdict:
    """What two documents are to one another."""

    relation: Relation
    strength: Strength
    log_odds_copied: float  # nats, copied against computed alike, calibrated; of strangers, against chance
    evidence: CopyingEvidence
    rough: float  # nats for copying, of values without a function that their neighbours do not foretell
    nats: float = 0.0  # for copying, as the model has it: not calibrated


def judge(tried: Sequence[Collation], cells: CellColumns) -> PairVerdict:
    """Judge two documents.

    Parameters
    ----------
    tried
        All their tables side by side, as from :func:`tablekin.collation.collate`.
    cells
        Of those that are kept, as from :func:`tablekin.collation.cells.list_cells`.
    """
    kept = keep_significant(tried)
    return _of_kin(kept, cells) if kept else _of_strangers(tried)


def _of_kin(kept: Sequence[Collation], cells: CellColumns) -> PairVerdict:
    expected_a, expected_b = kept[0].expected
    aligned = cells.only(cells.is_aligned)
    evidence = weigh_copying(aligned, expected_a, expected_b)
    rough = _weigh_rough(aligned, expected_a, expected_b)
    plain = _weigh_plain(aligned, expected_a, expected_b, bool(evidence.values))
    nats = evidence.log_odds + plain + CRITERIA.rough_weight * rough
    odds = calibrated(nats)
    if odds >= CRITERIA.copied:
        return PairVerdict(Relation.COPIED, strength(odds), odds, evidence, rough, nats)
    return PairVerdict(Relation.SAME_FUNCTION, strength(-odds), odds, evidence, rough, nats)


def calibrated(nats: float) -> float:
    """Turn nats of the model into log-odds that are borne out: see ``scripts/fit_copying_odds.py``."""
    return float(np.clip(CRITERIA.weight * nats, -CRITERIA.max_log_odds, CRITERIA.max_log_odds))


def _of_strangers(tried: Sequence[Collation]) -> PairVerdict:
    compared = sum(collation.significance.compared for collation in tried[:1])
    against = min((collation.significance.information for collation in tried[:1]), default=0.0)
    if tried and not compared and _could_agree(tried[0]) >= CRITERIA.min_possible:
        return PairVerdict(Relation.UNRELATED, Strength.WEAK, 0.0, CopyingEvidence(), 0.0)
    if compared >= CRITERIA.min_compared and against <= CRITERIA.min_disagreement:
        odds = max(against, -CRITERIA.max_log_odds)
        return PairVerdict(Relation.UNRELATED, strength(-odds), odds, CopyingEvidence(), 0.0)
    odds = float(np.clip(against, -CRITERIA.max_log_odds, 0.0))
    return PairVerdict(Relation.TOO_LITTLE, Strength.WEAK, odds, CopyingEvidence(), 0.0)


def _could_agree(collation: Collation) -> int:
    """Count the cells besides arguments of the table that has fewer."""
    counts = []
    for grid in (collation.a, collation.b):
        columns = [grid.column((place, 1)) for place in range(grid.shape[1])]
        counts.append(sum(int(column.filled.sum()) for column in columns if not column.is_argument))
    return min(counts)


def _weigh_rough(cells: CellColumns, expected_a: Expectations, expected_b: Expectations) -> float:
    """Weigh, in nats, what agrees among values that no function explains and that their neighbours do not foretell."""
    nats = 0.0
    telling, telling_b = expected_a.telling, expected_b.telling
    at, at_b = telling.at(cells.region_a), telling_b.at(cells.region_b)
    for place in np.flatnonzero((at >= 0) & (at_b >= 0)).tolist():
        one, other, relation = at[place], at_b[place], cells.relation[place]
        if relation == SAME:
            nats += min(float(telling.nats[one]), float(telling_b.nats[other])) - SIGNIFICANCE.no_news
        elif relation == VARIANT and telling.is_rough[one] and telling_b.is_rough[other]:
            near = within_one_edit(as_number(cells.text_a[place]), as_number(cells.text_b[place]))
            nats -= SIGNIFICANCE.near_miss if near else SIGNIFICANCE.miss
    return nats


def _weigh_plain(
    cells: CellColumns, expected_a: Expectations, expected_b: Expectations, without_explained: bool
) -> float:
    """Weigh, in nats, how many cells differ of those of which no function says what is due; arguments say nothing.

    The share of cells that differ is unknown, of copies and of tables that were computed alike: Beta distributions.
    """
    counted = (cells.relation == SAME) | (cells.relation == VARIANT)
    counted &= (expected_a.telling.at(cells.region_a) < 0) & (expected_b.telling.at(cells.region_b) < 0)
    own, other = expected_a.cells.at(cells.region_a), expected_b.cells.at(cells.region_b)
    if without_explained:
        counted &= (own < 0) & (other < 0)
    else:  # other values as where degrees of one half circle stand beside those of the other
        counted &= ~_are_other_values(own, other, expected_a, expected_b)
    same = differing = 0.0
    for column in _by_columns(cells, np.flatnonzero(counted)):
        if not are_arguments(cells.text_a[column].tolist()):
            is_variant = cells.relation[column] == VARIANT
            differing += float(cells.confidence[column][is_variant].sum())
            same += float((~is_variant).sum())
    likely = []
    for share, known in (
        (CRITERIA.differ_copied, CRITERIA.known_copied),
        (CRITERIA.differ_alike, CRITERIA.known_alike),
    ):
        shape = share * known, (1 - share) * known
        likely.append(betaln(shape[0] + differing, shape[1] + same) - betaln(*shape))
    return float(likely[0] - likely[1])


def _by_columns(cells: CellColumns, places: Integers) -> list[Integers]:
    """Divide cells by the columns of both documents that they stand in."""
    keys = np.stack([cells.table_a, cells.col_a, cells.table_b, cells.col_b])[:, places]
    order = np.lexsort(keys[::-1])
    ends = np.flatnonzero((keys[:, order[1:]] != keys[:, order[:-1]]).any(0)) + 1
    return np.split(places[order], ends) if len(places) else []


def _are_other_values(
    own: Integers, other: Integers, expected_a: Expectations, expected_b: Expectations
) -> NDArray[np.bool_]:
    """Tell which cells hold values that by their functions have nothing to do with one another, ``(cells,)``.

    ``own`` and ``other`` are the cells of the expectations, -1 where nothing is expected.
    """
    known = (own >= 0) & (other >= 0)
    a = expected_a.computed[expected_a.cells.value[own[known]]]
    b = expected_b.computed[expected_b.cells.value[other[known]]]
    found = np.zeros(len(own), bool)
    found[known] = np.abs(a - b) > CRITERIA.other_value * np.maximum(np.abs(a), np.abs(b))
    return found


def strength(odds: float) -> Strength:
    """Name how sure odds are, in nats."""
    if odds >= CRITERIA.strong:
        return Strength.STRONG
    return Strength.FAIR if odds >= CRITERIA.fair else Strength.WEAK


def summarize(tried: Sequence[Collation], cells: CellColumns) -> dict[str, Any]:
    """Sum up the collation of two documents: a row of table ``alignments`` without their names.

    Parameters
    ----------
    tried
        As from :func:`collate`.
    cells
        Those of kin, as from :func:`tablekin.collation.cells.list_cells`.
    """
    kept = keep_significant(tried)
    tests = [collation.significance for collation in kept or tried[:1]]
    first = tests[0] if tests else NOTHING_IN_COMMON
    verdict = _of_kin(kept, cells) if kept else _of_strangers(tried)
    return {
        "is_kin": bool(kept),
        "tables": len(kept),
        "rows": sum(len(collation.alignment.rows) for collation in kept),
        "compared": sum(test.compared for test in tests),
        "agreeing": sum(test.agreeing for test in tests),
        "expected": sum(test.expected for test in tests),
        "agreement": first.agreement,
        "surprise": first.z,
        "evidence": sum(test.evidence for test in tests),
        **_count_cells(cells),
        "log_odds_copied": verdict.log_odds_copied,
        "verdict": verdict.relation.value,
        "strength": verdict.strength.value,
        "shared_errors": verdict.evidence.shared_errors,
        "shared_deviations": verdict.evidence.shared_deviations,
        "coverage": _coverage(cells) if cells.size else 0.0,
    }


def _count_cells(cells: CellColumns) -> dict[str, int]:
    """Count cells by their relation; variants that are not sure are doubtful."""
    counts = np.bincount(cells.relation, minlength=len(RELATIONS)).tolist()
    is_doubtful = (cells.relation == VARIANT) & ~(cells.confidence >= VARIANTS.min_confidence)
    doubtful = int(is_doubtful.sum())
    return {
        "same": counts[SAME],
        "variant": counts[VARIANT] - doubtful,
        "doubtful": doubtful,
        "only_a": counts[ONLY_A],
        "only_b": counts[ONLY_B],
        "not_compared": counts[NOT_COMPARED],
    }


def _coverage(cells: CellColumns) -> float:
    """Share of the cells of the document that has fewer, of those collated, that were compared with the other's."""
    aligned, shares = cells.is_aligned, []
    for region in (cells.region_a, cells.region_b):
        shares.append(len({*region[aligned].tolist()}) / max(len({*region[region >= 0].tolist()}), 1))
    return max(shares)

"""Grouping: which neighbouring strands of a table are the places of one value, and with which radices.

Told from carries (minutes fall back whenever degrees go up), from ranges (minutes stay below 60), from headings, and
from the other columns of the table, which mostly print values of the same form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tablekin.recompute.counts import count_of
from tablekin.recompute.forms import COUNT, FORMS, Form, heads_join, last_word
from tablekin.recompute.smoothness import carry_gain, second_differences
from tablekin.recompute.strands import Strand

_SIXTY = 60
_ENTERED = ((30,), (60,))  # of arguments of two places
_FEWEST_UNITS = 3  # of the first place, in an argument of two
_FEWEST_ROWS = 8  # of such an argument
_MOST_SAME = 0.6  # share of its rows that have the same second place
_MOST_OFF = 0.1  # share of its values that may miss the count
_FEWEST_ALIKE = (
    3,
    2,
)  # values of two, of three places, in a table in which noughts before a count are a place
_MOST_NOUGHTS = 0.9  # share of them, at least


@dataclass(frozen=True)
class GroupingCosts:
    """Nats that speak for or against a grouping; chosen on sample plans of seed 424201."""

    join: float = -1.5  # for every join: what is printed apart is apart
    inside: float = 3.0  # for a join of groups that stand in one column
    inside_loss: float = -2.0  # at most, for groups of one column that do not run on evenly together
    favour: float = 3.0  # for every join of a form that another value of the table has for sure
    proof: float = 3.0  # for a join that is sure
    heading: float = 4.0  # for a join that headings of units name
    most_beyond: float = 0.12  # share of numbers beyond the radix from which a join is out of the question
    range: float = 0.4  # share of the evidence of a range that is believed: neighbours are not independent
    most_range: float = 10.0
    zeros: float = 1.0  # for each zero before a number, of decimals
    most_zeros: float = 8.0
    decimal_apart: float = -5.0  # for decimals in a column of their own
    torn: float = -6.0  # for a value that begins inside of a column and ends in another
    noughts: float = (
        -4.0
    )  # for a further place that is nought throughout: the degrees of the next value, rather
    still: float = -2.5  # for a strand by itself that hardly changes: the degrees of a value, rather
    most_moves: float = 0.3  # share of the steps of such a strand that are not 0
    count: float = 10.0  # for a column that counts, at the side of the table


@dataclass(frozen=True)
class Group:
    """Neighbouring strands that make one number."""

    first: int  # strand
    form: Form

    @property
    def strands(self) -> range:
        """Their numbers."""
        return range(self.first, self.first + len(self.form.radices) + 1)

    @property
    def is_count(self) -> bool:
        """Whether it is a column that counts."""
        return self.form is COUNT


def group_strands(
    strands: Sequence[Strand], counts: Collection[int], costs: GroupingCosts = GroupingCosts()
) -> list[Group]:
    """Divide the strands of a table, in the order of the page, into values.

    The best division is the shortest path over the strands. A second pass favours the forms that carries proved in the
    first one: most values of a table have the same form.

    Parameters
    ----------
    strands
        Strands of a table, or of several that continue one another.
    counts
        Numbers of those that count.
    costs
        What speaks for or against a division.
    """
    joins = _Joins(strands, counts, costs)
    groups = _shortest(len(strands), joins, costs, set())
    proved = {group.form for group in groups if joins.proves(group)}
    if proved:
        groups = _shortest(len(strands), joins, costs, proved)
    return list(_with_noughts(groups, strands))


def _with_noughts(groups: Sequence[Group], strands: Sequence[Strand]) -> Iterator[Group]:
    """Yield groups; noughts before a count are its first place, where other values of the table have two (0 | 7).

    Likewise of three places (0 | 7 | 25), where what stands behind the count may be sixtieths.
    """
    left = list(groups)
    for further, fewest in enumerate(_FEWEST_ALIKE):
        forms = Counter(group.form for group in groups if len(group.form.radices) == 1 + further)
        form, times = max(forms.items(), key=lambda one: one[1], default=(COUNT, 0))
        if times < fewest:
            continue
        for place, group in enumerate(groups[1:], 1):
            before, behind = groups[place - 1], groups[place + 1 : place + 1 + further]
            if (
                all(one in left for one in (before, group, *behind))
                and group.is_count
                and not before.form.radices
                and sum(one.is_count for one in left) > 1
                and _are_noughts(strands[before.first])
                and len(behind) == further
                and all(_may_be_sixtieths(one, strands) for one in behind)
            ):
                start = left.index(before)
                left[start : start + 2 + further] = [Group(before.first, form)]
    yield from left


def _may_be_sixtieths(group: Group, strands: Sequence[Strand]) -> bool:
    values = strands[group.first].values[strands[group.first].known]
    return (
        not group.form.radices
        and not group.is_count
        and len(values) > 0
        and bool(np.mean(values >= _SIXTY) <= 1 - _MOST_NOUGHTS)
    )


def _are_noughts(strand: Strand) -> bool:
    values = strand.values[strand.known]
    return len(values) > 0 and bool(np.mean(values == 0) >= _MOST_NOUGHTS)


def _shortest(total: int, joins: _Joins, costs: GroupingCosts, favoured: set[Form]) -> list[Group]:
    best = [0.0] + [-np.inf] * total
    back: list[Group | None] = [None] * (total + 1)
    for start in range(total):
        for form, own in joins.forms_from(start):
            score = best[start] + own + costs.favour * len(form.radices) * (form in favoured)
            end = start + len(form.radices) + 1
            if score > best[end]:
                best[end], back[end] = score, Group(start, form)
    groups: list[Group] = []
    end = total
    while (group := back[end]) is not None:
        groups.append(group)
        end = group.first
    return groups[::-1]


class _Joins:
    """Nats for neighbouring strands to be neighbouring places, and for the forms that they make."""

    def __init__(self, strands: Sequence[Strand], counts: Collection[int], costs: GroupingCosts) -> None:
        self._strands, self._costs = strands, costs
        self._bent = [second_differences(strand.values) for strand in strands]
        self._known: dict[tuple[int, int, float | None], float] = {}
        self._forms = [self._score_forms(start, start in counts) for start in range(len(strands))]

    def forms_from(self, start: int) -> list[tuple[Form, float]]:
        """List the forms that the strands from ``start`` on may have, with the nats for each."""
        return self._forms[start]

    def proves(self, group: Group) -> bool:
        """Tell whether carries show that the strands of a group are places of one number."""
        circle, proofs, joins = group.form.period, 0, []
        for place, radix in enumerate(group.form.radices, group.first):
            period = None if circle is None else circle * radix
            joins.append(self._known[place, radix, circle])
            proofs += joins[-1] > self._costs.proof and self._uneven(place, radix, period) > 0
            circle = float(radix)
        return bool(joins) and proofs >= len(joins) / 2 and min(joins) >= self._costs.join

    def _score_forms(self, start: int, counts: bool) -> list[tuple[Form, float]]:
        scored = [(COUNT, self._costs.count)] if counts else []
        for form in FORMS:
            if start + len(form.radices) >= len(self._strands):
                continue
            score, circle = form.prior, form.period
            if not form.radices and self._is_still(start):
                score += self._costs.still
            for place, radix in enumerate(form.radices, start):
                key = (place, radix, circle)
                if key not in self._known:
                    self._known[key] = self._join(place, radix, circle)
                score += self._known[key]
                if score == -np.inf:
                    break
                circle = float(radix)
            if score > -np.inf:
                score += self._costs.torn * self._tears(start, start + len(form.radices))
                entered = form.radices in _ENTERED and not counts and self._counts_at_a_side(start, form)
                scored.append((form, score + self._costs.count * entered))
        return scored

    def _tears(self, first: int, last: int) -> bool:
        """Tell whether a value would begin inside of a column and end in another."""
        return self._strands[first].place > 0 and self._strands[first].col != self._strands[last].col

    def _counts_at_a_side(self, start: int, form: Form) -> bool:
        """Tell whether two strands at a side count together: signs and degrees, or degrees and minutes."""
        last = start + len(form.radices)
        if start and last < len(self._strands) - 1:
            return False
        values = np.stack([strand.values for strand in self._strands[start : last + 1]], -1)
        if np.unique(values[:, 0]).size < _FEWEST_UNITS:
            return False
        same = np.unique(values[np.isfinite(values[:, -1]), -1], return_counts=True)[1]
        if not len(same) or same.max() > _MOST_SAME * same.sum():  # days, and hours that stay the same
            return False
        count = count_of(values @ np.array(form.weights), any_step=True, most_off=_MOST_OFF)
        return count is not None and count.step != 0 and len(count.on) >= _FEWEST_ROWS

    def _join(self, place: int, radix: int, circle: float | None) -> float:
        """Nats for a strand and the next; ``circle`` is the number of units of the higher place in a round."""
        high, low, costs = self._strands[place], self._strands[place + 1], self._costs
        known = low.known
        numbers = np.abs(low.values[known])
        if low.rank - high.rank > 1 or not len(numbers) or np.mean(numbers >= radix) > costs.most_beyond:
            return -np.inf
        if circle is not None and np.mean(np.abs(high.values[high.known]) > circle) > costs.most_beyond:
            return -np.inf
        score = costs.join + costs.inside * (high.col == low.col) + costs.noughts * bool(np.all(numbers == 0))
        if radix >= 100:  # decimals
            if np.mean(low.widths[known] != len(str(radix)) - 1) > costs.most_beyond:
                return -np.inf
            zeros = (numbers < radix / 10) & (low.widths[known] == len(str(radix)) - 1)
            score += min(costs.zeros * int(np.sum(zeros)), costs.most_zeros)
            score += costs.decimal_apart * (high.col != low.col)
            if radix == 100 and np.mean(numbers >= 60) <= costs.most_beyond:  # sixtieths, rather
                score -= min(costs.range * len(numbers) * np.log(100 / 60), costs.most_range)
        elif np.mean(low.widths[known] > 2) > costs.most_beyond:
            return -np.inf
        period = None if circle is None else circle * radix
        gain = carry_gain(self._bent[place], self._bent[place + 1], radix, period)
        score += max(gain, costs.inside_loss) if high.col == low.col else gain
        if radix < 100:
            uneven = self._uneven(place, radix, period)
            score += min(costs.range * uneven * len(numbers) * np.log(100 / radix), costs.most_range)
        if heads_join(last_word(high.heading), last_word(low.heading), radix):
            score += costs.heading
        return float(score)

    def _is_still(self, place: int) -> bool:
        steps = np.diff(self._strands[place].values)
        steps = steps[np.isfinite(steps)]
        return len(steps) > 0 and bool(np.mean(steps != 0) <= self._costs.most_moves)

    def _uneven(self, place: int, radix: int, period: float | None) -> float:
        """Share of the rows where the lower place jumps and the number it is a place of does not."""
        alone, joint = self._bent[place + 1], radix * self._bent[place] + self._bent[place + 1]
        if period is not None:
            joint = (joint + period / 2) % period - period / 2
        known = np.isfinite(joint)
        jumps = np.abs(alone[known]) > radix / 6
        return (
            float(np.mean(jumps & (np.abs(joint[known]) < np.abs(alone[known]) / 2))) if known.any() else 0.0
        )

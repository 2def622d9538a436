"""Lines: columns whose values are proportional to the argument, or go up by equal steps, also round a circle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tablekin.recompute.columns import Columns
from tablekin.recompute.entry import Entry
from tablekin.recompute.functions.definition import Function
from tablekin.recompute.functions.linear import (
    MEAN_MOTION,
    MEAN_MOTION_FROM_EPOCH,
    PRODUCT,
    PROPORTION,
)
from tablekin.recompute.quantity import Argument, PrintedQuantity
from tablekin.recompute.screening import Candidate, wrap
from tablekin.recompute.smoothness import Numbers, median

_FEWEST = 4  # values
_TOLERANCE = 3.0  # units of the last place by which half of the values may miss a line
_SLACK = 0.003  # or share of the range
_SIGN = 30  # degrees
_FEWEST_SIGNS = 0.3  # share of the values of a line whose signs are right
_FROM_ZERO = 0.2  # share of them that the other signs of a line that begins at zero may have fewer
_WHOLE = 0.02  # distance of a factor from a whole number


def find_lines(argument: Argument, columns: Columns) -> Iterator[Candidate]:
    """Yield a candidate for each kind of line that some quantities of a sheet may print."""
    quantities = columns.quantities
    x = argument.values / argument.last_units
    entry = Entry(x, np.zeros(1), np.ones(1), argument.step / argument.last_units)
    found: dict[str, list[tuple[float, float, float] | None]] = {}
    kinds: dict[str, Function] = {}
    for place, quantity in enumerate(quantities):
        line = _line_through(x, quantity)
        if line is None:
            continue
        for function, fitted in _name(line, quantity, x):
            kinds[function.name] = function
            found.setdefault(function.name, [None] * len(quantities))[place] = fitted
    for name, lines in found.items():
        yield _candidate(kinds[name], argument, entry, lines, columns)


def _line_through(x: Numbers, quantity: PrintedQuantity) -> tuple[float, float, float] | None:
    """Fit a line, start and rate in units of the last place, and its median miss."""
    values = quantity.values
    known = np.isfinite(values) & np.isfinite(x)
    if known.sum() < _FEWEST:
        return None
    x, values = x[known], values[known]
    period = quantity.period or np.inf
    line = _fit(x, values, period)
    fits = line is not None and line[2] <= _TOLERANCE
    if fits or np.isinf(period) or quantity.form.radices[:1] != (_SIGN,):
        return line
    sign = quantity.form.last_units
    without = _fit(x, values, sign)
    return line if without is None else _with_signs(x, values, without, sign, period) or line


def _fit(x: Numbers, values: Numbers, period: float) -> tuple[float, float, float] | None:
    """Fit a line by medians of steps, short and long."""
    step = x[1:] - x[:-1]
    apart = step != 0
    if not apart.any():
        return None
    usual = median(np.abs(step[apart]))
    even = apart & (np.abs(np.abs(step) - usual) < 1e-9)
    if not even.any():
        return None
    rises = np.diff(values)[even] * np.sign(step[even])
    rate = _centre(rises, period) / usual
    lag = max(len(x) // 2, 1)
    for _ in range(2):
        rest = wrap(values - rate * x - (values[0] - rate * x[0]), period)
        run = x[lag:] - x[:-lag]
        rate += median(wrap(rest[lag:] - rest[:-lag], period) / np.where(run == 0, np.inf, run))
    rest = values - rate * x
    start = _centre(rest, period)
    miss = median(np.abs(wrap(rest - start, period)))
    spread = float(np.ptp(values)) if np.isinf(period) else period
    if miss > max(_TOLERANCE, _SLACK * spread) or abs(rate) * np.ptp(x) < 3:
        return None
    return start, rate, miss


def _with_signs(
    x: Numbers, values: Numbers, line: tuple[float, float, float], sign: float, period: float
) -> tuple[float, float, float] | None:
    """Put signs, of which many were misread, into a line through the degrees in them; None where too few are right."""
    start, rate, miss = line
    signs = sign * np.arange(round(period / sign))
    starts, rates = start + signs, rate + signs
    off = wrap(values - starts[:, None, None] - rates[:, None] * x, period)
    right = (np.abs(off) <= max(_TOLERANCE, 3 * miss)).mean(-1)
    right += _FROM_ZERO * (np.abs(wrap(np.asarray(starts, np.float64), period)) <= _TOLERANCE)[:, None]
    best, steps = np.unravel_index(int(right.argmax()), right.shape)
    if right[best, steps] < _FEWEST_SIGNS:
        return None
    return float(starts[best] % period), float(rates[steps] % period), miss


def _centre(values: Numbers, period: float) -> float:
    """Median, of values round a circle that of those nearest to the commonest."""
    if np.isinf(period):
        return median(values)
    middle = values[np.abs(wrap(values[:, None] - values[None, :], period)).sum(1).argmin()]
    return float((middle + median(wrap(values - middle, period))) % period)


def _name(
    line: tuple[float, float, float], quantity: PrintedQuantity, x: Numbers
) -> Iterator[tuple[Function, tuple[float, float, float]]]:
    """Yield the functions that a line may be, with start, rate and miss in units of the last place."""
    start, rate, miss = line
    period = quantity.period
    from_zero = abs(start) <= 2 or (period is not None and abs(wrap(np.array(start), period)) <= 2)
    angle = quantity.form.radices[:1] in ((60,), (30,))
    whole = abs(rate - round(rate)) <= _WHOLE * max(1.0, miss)
    if (from_zero and whole) or _is_multiple(quantity, x, rate):
        yield PRODUCT, (0.0, float(round(rate)), miss)
    if from_zero and not angle:
        yield PROPORTION, (0.0, rate, miss)
    if angle:
        if from_zero:
            yield MEAN_MOTION, (0.0, rate, miss)
        yield MEAN_MOTION_FROM_EPOCH, (start, rate, miss)


def _is_multiple(quantity: PrintedQuantity, x: Numbers, rate: float) -> bool:
    """Tell whether most values are a multiple of the argument: slips that were carried on bend a line."""
    off = np.abs(quantity.values - round(rate) * x)
    known = off[np.isfinite(off)]
    return round(rate) != 0 and len(known) > 0 and median(known) == 0


def _candidate(
    function: Function,
    argument: Argument,
    entry: Entry,
    lines: Sequence[tuple[float, float, float] | None],
    columns: Columns,
) -> Candidate:
    unit = (
        np.array([_degree(quantity) for quantity in columns.quantities])
        if function.period
        else columns.places
    )
    own = np.zeros((len(columns), len(function.parameters)))
    promise = np.zeros(len(columns))
    for place, line in enumerate(lines):
        if line is None:
            continue
        start, rate, miss = line
        own[place] = np.array([start, rate])[-len(function.parameters) :] / unit[place]
        if function.period:
            own[place] %= function.period
        promise[place] = max(np.log(max(float(np.ptp(_known(columns, place))), 1.0) / (miss + 0.5)), 0.0)
    zeros = np.zeros(len(columns), np.intp)
    return Candidate(function, argument, entry, zeros, np.zeros(0), own, unit, np.ones(len(columns)), promise)


def _known(columns: Columns, place: int) -> Numbers:
    values = columns.values[place]
    return values[np.isfinite(values)]


def _degree(quantity: PrintedQuantity) -> float:
    """Units of the last place in a degree."""
    return quantity.form.last_units / (30 if quantity.form.radices[:1] == (30,) else 1)

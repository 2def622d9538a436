"""Regrouping: places that were grouped wrongly, put right by the form of the values that a function explains."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from tablekin.recompute.forms import Form
from tablekin.recompute.quantity import PrintedQuantity, ValueSheet

_SIGN, _RADIX, _MOST_PLACES = 30, 60, 5
_MOST_BEYOND = 0.3  # share of the numbers of a place that may be no smaller than its radix


def regroup(sheet: ValueSheet, explained: Collection[int]) -> Iterator[ValueSheet]:
    """Yield sheets in which the quantities that nothing explains are grouped as the explained ones are.

    Parameters
    ----------
    sheet
        A sheet of which some quantities are explained.
    explained
        Their groups.
    """
    forms = [
        quantity.form
        for quantity in sheet.quantities
        if quantity.group in explained and quantity.form.radices
    ]
    for form in dict.fromkeys(forms):
        made: list[PrintedQuantity] = []
        changed = False
        for run in _runs(sheet.quantities, explained):
            parts = _divide(run, form)
            changed |= parts is not None
            made += run if parts is None else parts
        if changed:
            kept = [quantity for quantity in sheet.quantities if quantity.group in explained]
            quantities = sorted([*kept, *made], key=lambda quantity: quantity.columns[0])
            taken = {id(one) for one in sheet.quantities} - {id(one) for one in quantities}
            arguments = tuple(one for one in sheet.arguments if id(one.quantity) not in taken)
            yield replace(sheet, quantities=tuple(quantities), arguments=arguments)


def rejoin(sheet: ValueSheet, explained: Collection[int]) -> Iterator[ValueSheet]:
    """Yield sheets in which places that nothing explains are further places of the numbers before them.

    Degrees of the Sun go up by one a day, as the days do, and are taken for an argument: its minutes are left alone.
    A few degrees in steps run on evenly without their minutes, and minutes without their seconds.

    Parameters
    ----------
    sheet
        A sheet of which some quantities are explained, or none.
    explained
        Their groups.
    """
    counts = [one for one in sheet.arguments if not one.quantity.form.radices]
    for argument in counts if len(counts) > 1 else ():
        for quantity in sheet.quantities:
            if quantity.group not in explained and _continues(argument.quantity, quantity):
                joined = _put_together([argument.quantity, quantity])
                quantities = [joined if one is quantity else one for one in sheet.quantities]
                kept = tuple(one for one in sheet.arguments if one is not argument)
                if any(_is_at_side(one.quantity, quantities) for one in kept):
                    yield replace(sheet, arguments=kept, quantities=tuple(quantities))
    if not explained:
        return
    entered = {one.quantity.group for one in sheet.arguments}
    made: list[PrintedQuantity] = []
    for quantity in sorted(sheet.quantities, key=lambda one: one.columns[0]):
        left = quantity.group not in explained and made and made[-1].group not in entered
        if left and _continues(made[-1], quantity):
            made[-1] = _put_together([made[-1], quantity])
        else:
            made.append(quantity)
    if len(made) < len(sheet.quantities):
        yield replace(sheet, quantities=tuple(made))


def _continues(one: PrintedQuantity, other: PrintedQuantity) -> bool:
    """Tell whether the second of two quantities may be the next place of the first, in sixtieths."""
    if other.form.radices or _longer(one.form) is None or not _is_right_of(other, one):
        return False
    known = other.values[other.known]
    return bool(len(known)) and bool(np.mean(known >= _RADIX) <= _MOST_BEYOND)


@cache
def _longer(form: Form) -> Form | None:
    """Add sixtieths to degrees and what is printed of them; None of numbers that have none."""
    radices = (*form.radices, _RADIX)
    if len(radices) >= _MOST_PLACES or any(
        radix != _RADIX for radix in radices[form.radices[:1] == (_SIGN,) :]
    ):
        return None
    return Form(radices, 0.0, form.period)


def _is_at_side(quantity: PrintedQuantity, others: Sequence[PrintedQuantity]) -> bool:
    """Tell whether a column stands left or right of all others."""
    table, col = quantity.columns[0]
    cols = [other_col for one in others for other_table, other_col in one.columns if other_table == table]
    return not cols or col < min(cols) or col > max(cols)


def _is_right_of(quantity: PrintedQuantity, other: PrintedQuantity) -> bool:
    """Tell whether a quantity of one place stands in the column of another one's last place, or right of it."""
    places = other.places.shape[1]
    last = dict(other.columns)  # the last column in every table
    own = dict(quantity.columns)
    return (
        places >= 1
        and last.keys() == own.keys()
        and all(0 <= own[table] - col <= 1 for table, col in last.items())
    )


def _put_together(run: Sequence[PrintedQuantity]) -> PrintedQuantity:
    """Make one number of degrees, with what is printed of them, and their next place."""
    form = _longer(run[0].form)
    assert form is not None
    places = np.concatenate([quantity.places for quantity in run], 1)
    columns = sorted({column for quantity in run for column in quantity.columns})
    return PrintedQuantity(
        group=run[0].group,
        form=form,
        unit=run[0].unit or "degrees",
        values=places @ np.array(form.weights),
        places=places,
        regions=np.concatenate([quantity.regions for quantity in run], 1),
        columns=tuple(columns),
        heading=" ".join(quantity.heading for quantity in run if quantity.heading),
    )


def _runs(
    quantities: Sequence[PrintedQuantity], explained: Collection[int]
) -> Iterator[list[PrintedQuantity]]:
    """Yield runs of neighbouring quantities that nothing explains."""
    left = sorted((one for one in quantities if one.group not in explained), key=lambda one: one.columns[0])
    run: list[PrintedQuantity] = []
    for quantity in left:
        if run and not _are_neighbours(run[-1], quantity):
            yield run
            run = []
        run.append(quantity)
    if run:
        yield run


def _are_neighbours(one: PrintedQuantity, other: PrintedQuantity) -> bool:
    places = one.places.shape[1]
    (table, last), (other_table, first) = one.columns[min(places, len(one.columns)) - 1], other.columns[0]
    return table == other_table and 0 <= first - last <= 1


def _divide(run: Sequence[PrintedQuantity], form: Form) -> list[PrintedQuantity] | None:
    """Divide the places of some quantities into values of a form; None where they cannot be such."""
    places = np.concatenate([quantity.places for quantity in run], 1)
    regions = np.concatenate([quantity.regions for quantity in run], 1)
    size = len(form.radices) + 1
    if places.shape[1] % size or all(quantity.form == form for quantity in run):
        return None
    for column in range(places.shape[1]):
        place = column % size
        known = places[:, column][np.isfinite(places[:, column])]
        if place and (not len(known) or np.mean(np.abs(known) >= form.radices[place - 1]) > _MOST_BEYOND):
            return None
    columns = _columns(run)
    made = []
    for number, first in enumerate(range(0, places.shape[1], size)):
        own = places[:, first : first + size]
        made.append(
            PrintedQuantity(
                group=run[min(number, len(run) - 1)].group if number < len(run) else run[-1].group + number,
                form=form,
                unit=run[0].unit,
                values=own @ np.array(form.weights),
                places=own,
                regions=regions[:, first : first + size],
                columns=tuple(dict.fromkeys(columns[first : first + size])),
                heading=run[0].heading,
            )
        )
    return made


def _columns(run: Sequence[PrintedQuantity]) -> list[tuple[int, int]]:
    """Column of every place of some quantities, in the first table."""
    found: list[tuple[int, int]] = []
    for quantity in run:
        places = quantity.places.shape[1]
        own = [column for column in quantity.columns if column[0] == quantity.columns[0][0]]
        found += (own * places)[:places] if len(own) < places else own[:places]
    return found

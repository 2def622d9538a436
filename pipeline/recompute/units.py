"""Units: how many units of the last place of a printed value make one unit of a formula."""

from __future__ import annotations

from tablekin.recompute.forms import Form
from tablekin.recompute.functions import Function, ValueKind


def last_units(form: Form, function: Function) -> tuple[float, ...]:
    """List what one unit of a formula may be, in units of the last place of a value; none if it does not fit.

    Degrees may be printed as signs and degrees, degrees and minutes, minutes and seconds, or as time; a value of one
    place as degrees or minutes. What is a multiple of a radius has no unit of its own: 1.
    """
    radices, places = form.radices, form.last_units
    sixties = all(radix == 60 for radix in radices)
    if function.plain and radices:
        return ()
    if function.value is ValueKind.NUMBER:
        return (1.0,)
    if function.value is ValueKind.COUNT:
        return (places,)
    if function.value is ValueKind.HOURS:
        if not radices:
            return (1.0, 60.0)
        return (places, 60 * places) if sixties else ()
    if radices[:1] == (30,):
        return (places / 30,)
    if radices and not sixties:
        return (places,) if set(radices) <= {10, 100, 1000} else ()
    if not radices:
        return (1.0, 60.0, 3600.0)
    return (places, 60 * places, places / 15) if function.period is None else (places, places / 15)

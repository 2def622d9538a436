"""Library: the functions that historical tables print, one entry each.

Those that are straight lines (products, proportions, mean motions) have no grid to try: ``tablekin.recompute.linear``
finds them.
"""

from tablekin.recompute.functions.arithmetic import ARITHMETIC
from tablekin.recompute.functions.chronology import CHRONOLOGY
from tablekin.recompute.functions.commerce import COMMERCE
from tablekin.recompute.functions.definition import ArgumentKind, Function, Parameter, ValueKind
from tablekin.recompute.functions.first_motion import FIRST_MOTION
from tablekin.recompute.functions.horizon import HORIZON
from tablekin.recompute.functions.second_motion import SECOND_MOTION
from tablekin.recompute.functions.trigonometry import TRIGONOMETRY

LIBRARY: tuple[Function, ...] = (
    *FIRST_MOTION,
    *TRIGONOMETRY,
    *SECOND_MOTION,
    *ARITHMETIC,
    *COMMERCE,
    *CHRONOLOGY,
    *HORIZON,
)

__all__ = ["LIBRARY", "ArgumentKind", "Function", "Parameter", "ValueKind"]

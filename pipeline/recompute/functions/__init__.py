"""Library: the functions that historical tables print, one entry each.

Those that are straight lines (products, proportions, mean motions) have no grid to try: ``tablekin.recompute.linear``
finds them.
"""

from tablekin.recompute.functions.arithmetic import ARITHMETIC
from tablekin.recompute.functions.chronology import CHRONOLOGY, DAY_LETTERS, SUNDAY_LETTERS
from tablekin.recompute.functions.commerce import COMMERCE
from tablekin.recompute.functions.definition import ArgumentKind, Function, Parameter, ValueKind
from tablekin.recompute.functions.first_motion import FIRST_MOTION
from tablekin.recompute.functions.horizon import HORIZON
from tablekin.recompute.functions.second_motion import SECOND_MOTION
from tablekin.recompute.functions.trigonometry import TRIGONOMETRY
from tablekin.recompute.functions.two_arguments import TWO_ARGUMENTS

LIBRARY: tuple[Function, ...] = (
    *FIRST_MOTION,
    *TRIGONOMETRY,
    *SECOND_MOTION,
    *ARITHMETIC,
    *COMMERCE,
    *CHRONOLOGY,
    *HORIZON,
)

ALL_FUNCTIONS: tuple[Function, ...] = (*LIBRARY, *TWO_ARGUMENTS, *DAY_LETTERS, *SUNDAY_LETTERS)
"""Those of the library, those of two arguments that are tried where nothing else explains columns, and letters."""

__all__ = ["ALL_FUNCTIONS", "LIBRARY", "ArgumentKind", "Function", "Parameter", "ValueKind"]

"""Numba with all that it compiles with: processes that are forked from one that has imported this need not load it."""

from numba.core.registry import cpu_target

cpu_target.typing_context.refresh()
cpu_target.target_context.refresh()

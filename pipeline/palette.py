"""Palette: the colours of all drawings, each with one meaning, which a line or a frame of its own tells, too.

Most are of the set of Okabe and Ito, "Color Universal Design" (2008), which the colour-blind can tell apart; those of
relevance are the ends of ColorBrewer's red to blue. The atlas has the same: one meaning, one colour, everywhere.
"""

from __future__ import annotations

AGREES = "#009e73"  # tinted: cells that agree, values that are as they should be
DIFFERS = "#d55e00"  # framed: cells that differ in print, misprints
DOUBTFUL = "#e69f00"  # framed by dashes: readings that may be wrong
COMPUTED = "#0072b2"  # written: values that are due
ALONE = "#56b4e9"  # framed by dots: cells that one document has alone
AUTHOR = "#cc79a7"  # framed by dashes and dots: what an author had otherwise than it should be
FOR, AGAINST = "#b2182b", "#2166ac"  # relevance that speaks for kinship, and against it

INK, MUTED, FAINT, PAPER = "#1c1b19", "#57544e", "#c9c5bc", "#ffffff"  # of letters, of lines, of the ground
UNTOLD = "#e4e4e4"  # of fields of which nothing is known

# of groups that have no meaning of their own, with marks that tell them apart without colour
SERIES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "h")

SOLID, DASHED, DOTTED, DASH_DOT = "-", (0, (4, 2)), (0, (1, 1.5)), (0, (5, 1.5, 1, 1.5))

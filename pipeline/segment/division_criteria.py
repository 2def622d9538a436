"""DivisionCriteria: the numbers by which a table is divided into columns."""

from __future__ import annotations

from dataclasses import dataclass

from tablekin.threshold import threshold

_CROSSED = "rules that digits cross"
_EMBEDDED = "numbers that letters touch"
_LETTERS = "hexadecimal numbers with their 0x"
_MINUTES = "degrees and minutes in one ruled column"
_SIGNS = "numbers with plus signs in ruled columns"
_SIXTIETHS = "degrees, minutes and seconds with their signs"
_TIGHT = "tables of seed 616161 whose rows touch"
_TOUCHING = "Fort William 1898-03 and 1901-09, whose columns nearly touch"


@dataclass(frozen=True)
class DivisionCriteria:
    """Where a table is divided into columns."""

    crossed_rows: float = threshold(0.08, "of the rows", "whose digits may cross a division", (0.06, 0.1))
    # rules
    ruled_rows: float = threshold(
        0.3, "of the rows", "along which a rule in white space makes a division", (0.225, 0.375)
    )
    long_rule: float = threshold(
        0.6,
        "of the rows",
        "along which a rule makes a division though digits cross it",
        (0.45, 0.75),
        chosen=_CROSSED,
    )
    stroke_rows: float = threshold(
        0.95, "of the rows", "with digits on what is no rule but their strokes", chosen=_TIGHT
    )
    stroke_reach: int = threshold(
        2, "pixels", "from it to where a rule goes on beyond the rows", chosen=_TIGHT
    )
    double_rule: float = threshold(
        0.8, "digit widths", "nearer rules are one double rule", (0.6, 1.0), chosen=_CROSSED
    )
    ridge: float = threshold(0.7, "of the strongest", "rows with a rule, on the rule itself", (0.525, 0.875))
    # spaces
    narrow_percentile: float = threshold(
        20, "percent", "of the gaps in a division that decides on its width", (15.0, 25.0)
    )
    shared_rows: int = threshold(
        8, "rows", "that share a gap: it need not be a space", (6.0, 10.0), chosen=_EMBEDDED
    )
    shared_gap: float = threshold(
        0.5, "digit widths", "width of a shared gap at least", (0.375, 0.625), chosen=_EMBEDDED
    )
    shared_excess: float = threshold(
        0.35, "digit widths", "the same, beyond the usual gap", (0.2625, 0.4375), chosen=_EMBEDDED
    )
    min_own: int = threshold(3, "gaps", "without a rule in them that decide alone", chosen=_SIGNS)
    white: float = threshold(
        0.5, "of that width", "that is white in nearly all rows", (0.375, 0.625), chosen=_EMBEDDED
    )
    white_ink: float = threshold(
        0.02, "of the rows", "with ink that makes no difference", (0.015, 0.025), chosen=_CROSSED
    )
    digit_cost: float = threshold(
        4.0, "times", "as much a digit counts as other ink where a division runs", (3.0, 5.0)
    )
    lettered_rows: float = threshold(0.4, "of the rows", "with a letter in a space it fills", chosen=_LETTERS)
    open_rows: float = threshold(
        0.15, "of the rows", "with ink in what is white beside such letters", chosen=_LETTERS
    )
    open_gap: float = threshold(
        0.45, "digit widths", "of white beside letters, that divides columns at least", chosen=_LETTERS
    )
    dotted: float = threshold(0.6, "of the gaps", "with a dot, in a decimal point", (0.45, 0.75))
    min_dotted: int = threshold(3, "gaps", "fewer do not show a point", (2.0, 4.0))
    united: float = threshold(
        0.5, "of the gaps", "with a sign of a unit, between parts of one number", chosen=_SIXTIETHS
    )
    united_gap: float = threshold(2.6, "digit widths", "such a gap at most", chosen=_SIXTIETHS)
    divided: float = threshold(
        0.75,
        "of the ruled columns with several numbers",
        "that a narrow space divides, where it is one between columns",
        chosen=_MINUTES,
    )
    # pairs of numbers in one ruled column
    min_rules: int = threshold(3, "rules", "that make columns ruled", (2.0, 4.0), chosen=_MINUTES)
    rules_to_spaces: float = threshold(
        0.5, "of the spaces", "rules in a table of ruled columns", (0.375, 0.625), chosen=_MINUTES
    )
    pair_gap: float = threshold(
        1.5, "digit widths", "between two numbers of a column at most", (1.125, 1.875), chosen=_MINUTES
    )
    minutes: float = threshold(
        2.6, "digit widths", "that minutes or seconds take at most", (2.6, 3.25), chosen=_MINUTES
    )
    padded: float = threshold(
        0.93, "of the rows", "with the second digit that have the first", (0.6975, 1.0), chosen=_MINUTES
    )
    thousands_gap: float = threshold(
        1.0, "digit widths", "between thousands and hundreds at most", chosen="numbers in groups of three"
    )
    several: float = threshold(
        0.5, "of the rows", "with a space inside a column of several numbers", chosen=_MINUTES
    )
    # columns that nearly touch
    min_columns: int = threshold(
        8, "columns", "that can be compared with one another", (6.0, 10.0), chosen=_TOUCHING
    )
    min_gaps: float = threshold(
        1.4,
        "gaps a row",
        "between the digits of the usual column: of one or two digits it tells nothing of years",
        chosen="a table of feasts beside another, of seed 616161",
    )
    equal: float = threshold(
        0.7, "of the columns", "that take the same room", (0.525, 0.875), chosen=_TOUCHING
    )
    equal_room: float = threshold(
        0.2, "of the usual room", "that equal columns differ by", (0.15, 0.25), chosen=_TOUCHING
    )
    min_double: float = threshold(
        1.7, "usual rooms", "that two columns take at least", (1.275, 2.125), chosen=_TOUCHING
    )
    max_double: float = threshold(
        2.4, "usual rooms", "that two columns take at most", (1.8, 3.0), chosen=_TOUCHING
    )
    middle: float = threshold(
        0.1, "of the room", "around the middle where they meet", (0.075, 0.125), chosen=_TOUCHING
    )
    thin: float = threshold(
        0.5, "of the usual", "rows with a digit where they meet at most", (0.375, 0.625), chosen=_TOUCHING
    )


CRITERIA = DivisionCriteria()

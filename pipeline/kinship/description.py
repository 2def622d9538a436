"""Description: what families are and what the readings of their witnesses tell, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tablekin.kinship.families import Family
from tablekin.kinship.stemma import CRITERIA, Branch
from tablekin.lettering import counted

KINSHIP_TERMS = (
    "Family: documents whose tables were copied from one another, by collation, directly or through others.",
    "Witness: one document, or one edition of several. Where some witnesses share an error that the others do not "
    "have, they go back to one copy. What is an error is known where the function of a table is; that then says, too, "
    "which of two witnesses came first: whoever has an error that the other lacks was not copied by the other.",
)


def describe_families(families: Sequence[Family]) -> Iterator[str]:
    """Say what families are found and what the readings of each tell; the words are explained first.

    Yields
    ------
    str
        Lines.
    """
    yield from KINSHIP_TERMS
    for family in families:
        yield from describe_family(family)


def describe_family(family: Family) -> Iterator[str]:
    """Say what one family is, and what the readings of its witnesses tell.

    Yields
    ------
    str
        Lines, all but the first indented.
    """
    variants = family.variants
    yield (
        f"family {family.number}: {counted(len(family.witness_of), 'document')}, "
        f"{counted(len(variants.witnesses), 'witness')}; "
        f"{counted(len(variants.readings), 'cell')} compared, "
        f"{len(variants.variants())} of them with different readings"
    )
    if family.stemma is None:
        yield f"  no tree: of fewer than {CRITERIA.min_witnesses} witnesses, every tree fits the readings"
        yield from _alike(family)
        return
    for branch in family.stemma.branches:
        yield f"  {_together(branch, family)} belong together: {_shared(branch)}{_against(branch)}"
    for step in family.stemma.steps:
        new = f"; {counted(len(step.errors), 'error')} more" if step.errors else ""
        yield (
            f"  {_dated(step.child, family)} was copied from {_dated(step.parent, family)}, or from a lost copy of it"
            f"{new} (probability {step.probability:.2f})"
        )
    thin = [branch for branch in family.stemma.doubtful if branch.alone]
    for branch in thin:
        yield (
            f"  whether {_together(branch, family)} belong together is open: only {_shared(branch)}{_against(branch)}"
        )
    if family.stemma.is_thin and thin:
        yield "  too little for a tree: none is drawn"
    if family.stemma.is_thin and not thin:
        yield "  who copied whom is open: no reading is shared by some witnesses against the others"
    yield from _alike(family)


def _alike(family: Family) -> Iterator[str]:
    for other in family.alike:
        yield (
            f"  family {other} prints the same function, computed by another author or known too little: that numbers "
            "agree between the two is no sign of copying"
        )


def _shared(branch: Branch) -> str:
    """Say what some witnesses have in common: errors, where they are known as such."""
    if branch.errors:
        odds = f" (probability {branch.probability:.2f})" if branch.probability is not None else ""
        return f"they share {counted(len(branch.errors), 'error')}{odds}"
    if branch.probability is not None:
        return f"the fewest errors are then made twice (probability {branch.probability:.2f})"
    return f"{counted(branch.alone, 'reading')} that the others do not have"


def _together(branch: Branch, family: Family) -> str:
    """Name the witnesses on the smaller side of a branch."""
    assert family.stemma is not None
    others = {*family.stemma.witnesses} - branch.split
    if branch.below:
        return _listed(_dated(name, family) for name in sorted(branch.below))
    side = branch.split if len(branch.split) <= len(others) else others
    return _listed(_dated(name, family) for name in sorted(side))


def _dated(name: str, family: Family) -> str:
    return f"{name} ({family.years[name]})" if name in family.years else name


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _against(branch: Branch) -> str:
    return f"; {counted(branch.against, 'cell')} against it" if branch.against else ""

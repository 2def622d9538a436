"""Description: what families are and what the readings of their witnesses tell, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tablekin.kinship.families import Family
from tablekin.kinship.stemma import CRITERIA, Branch

_WORDS = (
    "Family: documents whose tables agree, by collation, in more than chance explains, directly or through others.",
    "Witness: one document, or one edition of several. Where some witnesses share an error that the others do not "
    "have, they go back to one copy; which of them came first, errors do not say.",
)


def describe_families(families: Sequence[Family]) -> Iterator[str]:
    """Say what families are found and what the readings of each tell; the words are explained first.

    Yields
    ------
    str
        Lines.
    """
    yield from _WORDS
    for family in families:
        yield from _describe(family)


def _describe(family: Family) -> Iterator[str]:
    variants = family.variants
    yield (
        f"family {family.number}: {_count(len(family.witness_of), 'document')}, "
        f"{_count(len(variants.witnesses), 'witness')}; "
        f"{_count(len(variants.readings), 'cell')} compared, {len(variants.variants())} of them with different readings"
    )
    if family.stemma is None:
        yield f"  no tree: of fewer than {CRITERIA.min_witnesses} witnesses, every tree fits the readings"
        return
    for branch in family.stemma.branches:
        yield (
            f"  {_together(branch, family)} belong together: {_count(branch.alone, 'reading')} that the others do "
            f"not have{_against(branch)}"
        )
    thin = [branch for branch in family.stemma.doubtful if branch.alone]
    for branch in thin:
        yield (
            f"  whether {_together(branch, family)} belong together is open: only "
            f"{_count(branch.alone, 'reading')} that the others do not have{_against(branch)}"
        )
    if not family.stemma.branches and not thin:
        yield "  who copied whom is open: no reading is shared by some witnesses against the others"


def _together(branch: Branch, family: Family) -> str:
    """Name the witnesses on the smaller side of a branch."""
    assert family.stemma is not None
    others = {*family.stemma.witnesses} - branch.split
    side = branch.split if len(branch.split) <= len(others) else others
    return _listed(
        f"{name} ({family.years[name]})" if name in family.years else name for name in sorted(side)
    )


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _against(branch: Branch) -> str:
    return f"; {_count(branch.against, 'cell')} against it" if branch.against else ""


def _count(number: int, noun: str) -> str:
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"

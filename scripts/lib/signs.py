"""Signs: what the truth of a planned archive has by which two pages could be told to be copied, or computed alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tablekin.sample.plan import ArchivePlan, PlannedPage
from tablekin.sample.typesetting.layout import JOINT

Place = tuple[str, str]  # row and column of the work


@dataclass(frozen=True)
class PageSigns:
    """What a page has otherwise than what is due, by its author and by its printers."""

    page: PlannedPage

    @cached_property
    def places(self) -> set[Place]:
        """Places of the work that the page prints."""
        return {
            (row, key)
            for table in self.page.content.tables
            for row in table.row_keys
            for column in table.columns
            for key in column.key.split(JOINT)
        }

    @cached_property
    def computed(self) -> dict[Place, str]:
        """What the author computed otherwise than is due."""
        return {(one["row_key"], one["column_key"]): _bare(one["computed"]) for one in self.page.deviations}

    @cached_property
    def misprinted(self) -> dict[Place, str]:
        """What the edition prints otherwise than its author computed."""
        return {(one["row_key"], one["column_key"]): _bare(one["printed"]) for one in self.page.misprints}

    def beside(self, other: PageSigns) -> dict[str, int]:
        """Count the signs that two pages have in common places.

        Returns
        -------
        dict
            ``apart``, places where their authors computed different numbers, without which nobody can tell that two
            computed; ``inherited``, misprints and deviations of an author that are the same in both, without which
            nobody can tell that one copied.
        """
        common = self.places & other.places
        apart = sum(self.computed.get(place) != other.computed.get(place) for place in common)
        inherited = sum(
            own.get(place) is not None and own[place] == theirs.get(place)
            for own, theirs in ((self.computed, other.computed), (self.misprinted, other.misprinted))
            for place in common
        )
        return {"apart": apart, "inherited": inherited}


def _bare(text: str) -> str:
    """Leave out the zeros that some editions print before a number."""
    return (text.lstrip("0") or "0") if text.isdecimal() else text


def signs_of(plan: ArchivePlan) -> dict[str, PageSigns]:
    """Map the pages with tables of an archive that is planned, by document, to their signs."""
    return {page.doc: PageSigns(page) for page in plan.pages if page.metadata["kind"] == "table"}

"""Correction: readings that people corrected elsewhere are found in files and put into the cells of a corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tablekin.door import open_door

if TYPE_CHECKING:
    from tablekin.correction.application import Applied as Applied
    from tablekin.correction.application import LostCorrection as LostCorrection
    from tablekin.correction.application import apply_corrections as apply_corrections
    from tablekin.correction.application import lost_corrections as lost_corrections
    from tablekin.correction.csv_file import read_csv_file as read_csv_file
    from tablekin.correction.page_file import is_page_file as is_page_file
    from tablekin.correction.page_file import read_page_file as read_page_file
    from tablekin.correction.proposal import Complaint as Complaint
    from tablekin.correction.proposal import CorrectionFile as CorrectionFile
    from tablekin.correction.proposal import Proposal as Proposal
    from tablekin.correction.resolution import Resolved as Resolved
    from tablekin.correction.resolution import as_shown as as_shown
    from tablekin.correction.resolution import resolve_proposals as resolve_proposals
    from tablekin.correction.undoing import find_undone as find_undone

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "application": ["Applied", "LostCorrection", "apply_corrections", "lost_corrections"],
        "csv_file": ["read_csv_file"],
        "page_file": ["is_page_file", "read_page_file"],
        "proposal": ["Complaint", "CorrectionFile", "Proposal"],
        "resolution": ["Resolved", "as_shown", "resolve_proposals"],
        "undoing": ["find_undone"],
    },
)

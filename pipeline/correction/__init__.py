"""Correction: readings that people corrected elsewhere are found in files and put into the cells of a corpus."""

from tablekin.correction.application import Applied, LostCorrection, apply_corrections, lost_corrections
from tablekin.correction.csv_file import read_csv_file
from tablekin.correction.page_file import is_page_file, read_page_file
from tablekin.correction.proposal import Complaint, CorrectionFile, Proposal
from tablekin.correction.resolution import Resolved, as_shown, resolve_proposals
from tablekin.correction.undoing import find_undone

__all__ = [
    "Applied",
    "Complaint",
    "CorrectionFile",
    "LostCorrection",
    "Proposal",
    "Resolved",
    "apply_corrections",
    "as_shown",
    "find_undone",
    "is_page_file",
    "lost_corrections",
    "read_csv_file",
    "read_page_file",
    "resolve_proposals",
]

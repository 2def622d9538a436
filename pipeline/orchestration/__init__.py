"""Orchestration: which stages run, over which documents, in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tablekin.door import open_door

if TYPE_CHECKING:
    from tablekin.orchestration.correct import Corrected as Corrected
    from tablekin.orchestration.correct import take_corrections as take_corrections
    from tablekin.orchestration.correct import undo_corrections as undo_corrections
    from tablekin.orchestration.documents import analyse_scan as analyse_scan
    from tablekin.orchestration.drop import Dropped as Dropped
    from tablekin.orchestration.drop import drop_documents as drop_documents
    from tablekin.orchestration.request import RunRequest as RunRequest
    from tablekin.orchestration.request import Summary as Summary
    from tablekin.orchestration.stage import Stages as Stages
    from tablekin.orchestration.stage import load_stages as load_stages
    from tablekin.orchestration.stage import run as run

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "correct": ["Corrected", "take_corrections", "undo_corrections"],
        "documents": ["analyse_scan"],
        "drop": ["Dropped", "drop_documents"],
        "request": ["RunRequest", "Summary"],
        "stage": ["Stages", "load_stages", "run"],
    },
)

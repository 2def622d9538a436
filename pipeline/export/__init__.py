"""Export: a corpus as files that other programs read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tablekin.door import open_door

if TYPE_CHECKING:
    from tablekin.export.crate_metadata import Citation as Citation
    from tablekin.export.formats import FORMATS as FORMATS
    from tablekin.export.stage import Exported as Exported
    from tablekin.export.stage import export_corpus as export_corpus

__getattr__, __dir__, __all__ = open_door(
    __name__, {"crate_metadata": ["Citation"], "formats": ["FORMATS"], "stage": ["Exported", "export_corpus"]}
)

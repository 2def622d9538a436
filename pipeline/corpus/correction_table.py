"""CorrectionTable: table ``corrections`` of a corpus on disk: what people corrected, in the order in which they did.

It is a history: rows are added and marked as undone, never taken out. What they make of the readings of a document is
written into its regions, by ``CorrectedReadings``.
"""

from __future__ import annotations

import pandas as pd

from tablekin.corpus.corrected_readings import CorrectedReadings
from tablekin.corpus.layout import CorpusLayout
from tablekin.corpus.manifest import CorpusManifest
from tablekin.corpus.parts import read_parts, write_part
from tablekin.errors import CorpusError
from tablekin.schemas import ALL_SCHEMAS, to_arrow

_TABLE = "corrections"
_PART = "part-00000.parquet"


class CorrectionTable:
    """Table ``corrections`` of the corpus of this layout."""

    def __init__(self, layout: CorpusLayout) -> None:
        self._layout = layout

    def read(self) -> pd.DataFrame:
        """Read the history; empty where nothing was corrected.

        Raises
        ------
        CorpusError
            As for :meth:`verify`.
        """
        self.verify()
        parts = self._layout.parts(_TABLE)
        return read_parts(parts).to_pandas() if parts else ALL_SCHEMAS[_TABLE].empty_table().to_pandas()

    def verify(self) -> None:
        """See that the history is as it was written.

        Raises
        ------
        CorpusError
            It is not, or it is gone and there are readings that were corrected: going on would take corrections back
            that nobody took back.
        """
        part = self._layout.part(_TABLE, _PART)
        what = ""
        if not part.is_file():
            if CorrectedReadings(self._layout).documents():
                what = "is missing, by which readings of the corpus were corrected"
        elif not CorpusManifest.read(self._layout.root).has_size_of(self._layout.root, part):
            what = "is not as it was written: it is damaged, or something else has written it"
        if what:
            raise CorpusError(
                f"{part} {what}; put back a copy, or make the corpus anew in another folder: "
                "tablekin run SCANS --out FOLDER"
            )

    def active(self) -> pd.DataFrame:
        """Read the corrections that were not undone, the newest last."""
        rows = self.read()
        return rows[rows["undone"].isna()]

    def write(self, rows: pd.DataFrame) -> None:
        """Write the history anew: one file, so that it is there as a whole or as it was before."""
        write_part(self._layout.part(_TABLE, _PART), to_arrow(_TABLE, rows))

"""Corpus: the folder of a run's tables. No other room knows where in it anything lies.

Every table is a folder of Parquet parts, so ``pandas.read_parquet("corpus/matches")`` reads it whole. A corpus reads
all of them; each is written by an object of its own, which knows how its parts say what they were made from.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal

import pandas as pd

from tablekin.corpus.atomic_file import discard_unfinished, write_json
from tablekin.corpus.collation_table import CollationTable
from tablekin.corpus.corrected_readings import CorrectedReadings
from tablekin.corpus.correction_table import CorrectionTable
from tablekin.corpus.document_tables import DocumentTables
from tablekin.corpus.foreign import refuse_other
from tablekin.corpus.journal import Journal
from tablekin.corpus.layout import CorpusLayout
from tablekin.corpus.lock import locked
from tablekin.corpus.manifest import compact_manifest, note_file
from tablekin.corpus.match_table import MatchTable
from tablekin.corpus.ranking_store import RankingStore
from tablekin.corpus.recomputed_tables import RecomputedTables
from tablekin.corpus.run_record import fault_of_record
from tablekin.corpus.table_reader import TableReader
from tablekin.corpus.whole_table import WholeTable
from tablekin.errors import CorpusError
from tablekin.schemas import ALL_SCHEMAS


class CorpusStore(TableReader):
    """Tables of a corpus in the folder ``root``; the folder need not be there before something is written.

    Attributes
    ----------
    layout
        Where its tables and other files lie.
    journal
        What commands had begun when they were interrupted.
    ranking
        What an interrupted run has found out of which documents are nearest.
    document_tables, pair_table, match_table, driver_table, recomputed_tables, collation_table, alignment_table
        What writes them; so do ``nearest_table``, ``group_table``, ``work_table``, ``correction_table`` and
        ``corrected_readings``.

    Raises
    ------
    CorpusError
        The folder holds something else, tables of another schema version, or links and other things that no run
        puts there.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(CorpusLayout(root))
        self.root = root
        refuse_other(root, self.layout)
        self.journal = Journal(self.layout)
        self.document_tables = DocumentTables(self.layout)
        self.pair_table = WholeTable(self.layout, "pairs")
        self.match_table = MatchTable(self.layout)
        self.nearest_table = WholeTable(self.layout, "nearest")
        self.ranking = RankingStore(self.layout)
        self.driver_table = WholeTable(self.layout, "drivers")
        self.recomputed_tables = RecomputedTables(self.layout)
        self.collation_table = CollationTable(self.layout)
        self.alignment_table = WholeTable(self.layout, "alignments")
        self.group_table = WholeTable(self.layout, "groups")
        self.work_table = WholeTable(self.layout, "works")
        self.correction_table = CorrectionTable(self.layout)
        self.corrected_readings = CorrectedReadings(self.layout)

    @classmethod
    def open(cls, root: Path) -> CorpusStore:
        """Open a corpus to read it.

        Raises
        ------
        CorpusError
            There is none in ``root``.
        """
        if not CorpusLayout(root).parts("documents"):
            raise CorpusError(f"{root} is not a corpus; make one with: tablekin run SCANS --out {root}")
        return cls(root)

    def kept_partners(self) -> int | None:
        """Tell of how many nearest of each document pairs are kept, beside those of kin; None if all are."""
        said = self.pair_table.kept()
        return int(json.loads(said)["partners"]) if said else None

    def is_current(self, table: Literal["groups", "works"]) -> bool:
        """Tell whether a table that ``tablekin analyze`` adds is there and of the same documents as table ``pairs``."""
        now = self.pair_table.made_from()
        added = {"groups": self.group_table, "works": self.work_table}[table].made_from()
        return now is not None and added == now

    def count_corrected(self, doc_ids: Collection[str]) -> dict[str, int]:
        """Count the cells that people corrected of those of some documents that have any."""
        parts = self._parts_holding("regions", self.layout.parts("regions"), ["doc_id"], doc_ids)
        counts = self.corrected_readings.documents([part.name for part in parts])
        return {doc_id: counts[doc_id] for doc_id in doc_ids if doc_id in counts}

    def read_drivers(self) -> pd.DataFrame:
        """Read table ``drivers``.

        Raises
        ------
        CorpusError
            It is not of the pairs that the corpus has now, because a run was interrupted.
        """
        if not self.drivers_are_current():
            gone = next(iter(self.journal.dropping()), None)
            again = f"drop {self.root} {gone}" if gone else f"run SCANS --out {self.root}"
            raise CorpusError(
                f"the table drivers of {self.root} is not of its present documents, because a command was "
                f"interrupted; bring it up to date with: tablekin {again}"
            )
        return self.read("drivers")

    def drivers_are_current(self) -> bool:
        """Tell whether table ``drivers`` is of the same documents as table ``pairs``."""
        now = self.pair_table.made_from()
        return now is not None and self.driver_table.made_from() == now

    def collations_are_complete(self) -> bool:
        """Tell whether all that table ``alignments`` sums up is in table ``collations``, as it was written."""
        known = [made_from for _, made_from in self.collation_table.provenances()]
        pairs = sum(len(made_from.pairs) for made_from in known if made_from)
        return None not in known and pairs == self.alignment_table.count()

    @contextmanager
    def writing(self, command: str, folder: Path) -> Iterator[None]:
        """Let a command alone write to the corpus, and remember until its end that it had begun.

        Parameters
        ----------
        command
            Its name.
        folder
            Where it writes besides tables.

        Raises
        ------
        InUseError
            Another command is writing to the corpus.
        """
        with locked(self.root) as lock:
            self.tidy_folders()
            self.journal.begin(command, folder=str(folder))
            yield
            lock.verify()
            self.journal.end(command)

    def tidy_folders(self) -> None:
        """Delete the files that interrupted commands left half written."""
        folders = map(self.layout.table, ALL_SCHEMAS)
        for folder in (self.root, self.layout.analysis, self.layout.kinship, *folders):
            discard_unfinished(folder)

    def tidy(self) -> None:
        """Delete what interrupted commands left of documents, and finish what they were changing in them.

        Raises
        ------
        CorpusError
            Parts of documents are missing, or are not those that were written: what would be added now could not be
            trusted.
        """
        self.tidy_folders()
        self.document_tables.verify()
        self.correction_table.verify()
        self.document_tables.tidy()
        self.recomputed_tables.tidy()
        if gone := self.journal.dropping():
            self.drop_documents(gone)
        compact_manifest(self.root)

    def tidy_manifest(self) -> None:
        """Leave nothing in the manifest but what is there, so that it tells what later parts are made from."""
        compact_manifest(self.root)

    def drop_stale_documents(self, fingerprint: str) -> None:
        """Delete the documents that were analysed with another config or other weights, and all pairs."""
        self.pair_table.drop()
        self.nearest_table.drop()
        self.match_table.drop()
        self.document_tables.drop_stale(fingerprint)
        self.recomputed_tables.tidy()

    def drop_documents(self, doc_ids: Collection[str]) -> None:
        """Delete documents and their pairs; those that are not there any more are no fault.

        Their pairs go first: matches say themselves what they are of, so that whatever is left when this is
        interrupted, they are not taken for those of the documents that are there then.
        """
        self.collation_table.drop_pairs_of(doc_ids)
        self.pair_table.drop_pairs_of(doc_ids)
        self.nearest_table.drop()
        self.match_table.drop_pairs_of(doc_ids)
        self.recomputed_tables.drop(doc_ids)
        self.document_tables.drop(doc_ids)

    def find_scan(self, source: str) -> Path:
        """Find the file of a scan below the folders that runs were given.

        Raises
        ------
        CorpusError
            It is in none of them, or leads out of them: no run writes such a name.
        """
        place = PurePosixPath(source)
        if place.is_absolute() or ".." in place.parts or PureWindowsPath(source).drive:
            raise CorpusError(
                f"the scan {source!r} of {self.layout.table('documents')} leads out of the folders of scans; "
                "tablekin writes no such name: do not trust this corpus"
            )
        roots = [*map(Path, self.read_record().get("scans", [])), self.layout.iiif]
        for root in roots:
            if (root / source).is_file():
                return root / source
        raise CorpusError(
            f"the scan {source} is not in {' or '.join(map(str, roots))} any more; put it back, or name its "
            f"new folder: tablekin run FOLDER --out {self.root}"
        )

    def read_record(self) -> dict[str, Any]:
        """Read ``run.json``; empty if there is none.

        Raises
        ------
        CorpusError
            It is damaged.
        """
        path = self.layout.record
        try:
            record = dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}
        except (ValueError, TypeError) as error:
            raise CorpusError(f"{path} is damaged ({error}); delete it and run again") from error
        if record and (fault := fault_of_record(record)):
            raise CorpusError(f"{path} is damaged ({fault}); delete it and run again")
        return record

    def read_iiif_columns(self) -> dict[str, dict[str, str]]:
        """Read what libraries say of pages that were fetched: source -> column -> value.

        Raises
        ------
        CorpusError
            The file is damaged.
        """
        path = self.layout.iiif_columns
        try:
            return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}
        except (ValueError, TypeError) as error:
            raise CorpusError(f"{path} is damaged ({error}); delete it and run again") from error

    def write_iiif_columns(self, columns: Mapping[str, Mapping[str, str]]) -> None:
        """Write what libraries say of pages that were fetched."""
        self.layout.iiif.mkdir(parents=True, exist_ok=True)
        write_json(self.layout.iiif_columns, columns)

    @property
    def seed(self) -> int:
        """Seed of whatever is drawn at random from the tables: that of the last run, 0 if it is not known."""
        return int(self.read_record().get("seed", 0))

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Write ``run.json``; of a finished run, leave nothing in the manifest but what is there."""
        write_json(self.layout.record, record, partial(note_file, self.root, self.layout.record))
        if record.get("state") == "finished":
            compact_manifest(self.root)
            self._document_list.keep()

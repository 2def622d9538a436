"""Corpus: the only room that knows how tables lie on disk."""

from tablekin.corpus.atomic_file import discard_unfinished, replacing
from tablekin.corpus.codec import read_provenance
from tablekin.corpus.collation_coverage import (
    CollationProvenance,
    DocumentPair,
    Inventory,
    alignments_of,
    take_inventory,
)
from tablekin.corpus.corpus import CorpusStore
from tablekin.corpus.corrected_readings import CellKey, CorrectedReadings, StoredReading
from tablekin.corpus.correction_table import CorrectionTable
from tablekin.corpus.document_tables import tables_of_batch
from tablekin.corpus.encoded import places_among
from tablekin.corpus.foreign import find_foreign
from tablekin.corpus.handwritten import uncorrected_handwriting
from tablekin.corpus.journal import Journal
from tablekin.corpus.layout import CorpusLayout
from tablekin.corpus.lock import HeldLock, locked
from tablekin.corpus.lookup import find_document, find_pair, resolve_document
from tablekin.corpus.manifest import CorpusManifest
from tablekin.corpus.match_coverage import (
    Coverage,
    Document,
    MatchProvenance,
    PairList,
    Survey,
    document_key,
    survey,
)
from tablekin.corpus.pair_survey import PairSurvey, find_keys, pair_keys, pairs_of_keys, survey_pairs
from tablekin.corpus.parts import part_metadata, read_parts
from tablekin.corpus.recomputed_tables import ReadingsProvenance, RecomputedTables
from tablekin.corpus.run_record import engine_of_record, fault_of_record
from tablekin.corpus.state import signs_of, state_of
from tablekin.corpus.whole_table import Comparison, inputs_digest

__all__ = [
    "CellKey",
    "CollationProvenance",
    "Comparison",
    "CorpusLayout",
    "CorpusManifest",
    "CorpusStore",
    "CorrectedReadings",
    "CorrectionTable",
    "Coverage",
    "Document",
    "DocumentPair",
    "HeldLock",
    "Inventory",
    "Journal",
    "MatchProvenance",
    "PairList",
    "PairSurvey",
    "ReadingsProvenance",
    "RecomputedTables",
    "StoredReading",
    "Survey",
    "alignments_of",
    "discard_unfinished",
    "document_key",
    "engine_of_record",
    "fault_of_record",
    "find_document",
    "find_foreign",
    "find_keys",
    "find_pair",
    "inputs_digest",
    "locked",
    "pair_keys",
    "pairs_of_keys",
    "part_metadata",
    "places_among",
    "read_parts",
    "read_provenance",
    "replacing",
    "resolve_document",
    "signs_of",
    "state_of",
    "survey",
    "survey_pairs",
    "tables_of_batch",
    "take_inventory",
    "uncorrected_handwriting",
]

"""Record: whether the tables are those that ``run.json`` tells of, made with its config from the same documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tablekin.check.files import is_as_written, repair_part
from tablekin.check.index import DocumentIndex
from tablekin.check.problem import Problem, delete_part, delete_tables
from tablekin.collation import cells_fingerprint, collations_fingerprint
from tablekin.config import RunConfig, Similarity
from tablekin.corpus import (
    CorpusLayout,
    CorpusManifest,
    engine_of_record,
    fault_of_record,
    inputs_digest,
    part_metadata,
)
from tablekin.models.specific_similarity import SpecificSimilarity, load_specific_similarity
from tablekin.provenance import document_digests, pair_digest, weights_digests
from tablekin.recompute import recomputation_fingerprint
from tablekin.schemas import DOCUMENT_TABLES, OPTIONAL_DOCUMENT_TABLES, PartKey

_COUNTED = (("score", "pairs"), ("match", "matches"))  # stages whose results are the rows of a table


@dataclass(frozen=True)
class Fingerprints:
    """What the parts of a corpus must say of the config they were made with."""

    documents: str
    pairs: str
    recomputed: str
    cells: str
    alignments: str


def read_record(layout: CorpusLayout, manifest: CorpusManifest) -> tuple[dict[str, Any], list[Problem]]:
    """Read ``run.json``, with what is wrong with it; empty if it cannot be read."""
    place, repair = layout.place(layout.record), delete_part(layout, layout.record)
    try:
        record = json.loads(layout.record.read_text("utf-8"))
    except FileNotFoundError:
        return {}, [Problem(place, "is missing", "run again, which writes it")]
    except ValueError as error:
        return {}, [Problem(place, f"is not JSON ({error})", repair)]
    if not isinstance(record, dict) or (fault := fault_of_record(record)):
        return {}, [
            Problem(place, f"is no record ({fault})" if isinstance(record, dict) else "is no record", repair)
        ]
    if config_of(record) is None:
        return record, [Problem(place, "has a config that this version does not understand", repair)]
    if not is_as_written(layout, manifest, layout.record):
        what = "is not as tablekin wrote it: it is damaged, or something else has changed it"
        return record, [Problem(place, what, repair)]
    return record, []


def config_of(record: Mapping[str, Any]) -> RunConfig | None:
    """Read the config of the record; None if there is none that this version understands."""
    try:
        return RunConfig.model_validate(record["config"])
    except (KeyError, ValidationError):
        return None


def similarity_of(record: Mapping[str, Any]) -> Similarity:
    """Tell by what pages were ranked; by the paper's similarity where the record is of before there was another."""
    config = config_of(record)
    known = config is not None and pair_digest(record.get("weights", {}))
    return config.explain.similarity if config and known else Similarity.PAPER


def specific_of(record: Mapping[str, Any]) -> SpecificSimilarity | None:
    """Give the specific similarity that pages were compared by, if these weights are at hand."""
    digest = pair_digest(record.get("weights", {}))
    return load_specific_similarity() if digest and digest == pair_digest(weights_digests()) else None


def fingerprints_of(record: Mapping[str, Any], corrected: str = "") -> Fingerprints | None:
    """Compute the fingerprints of the tables anew from the record; None if it does not tell enough.

    ``corrected`` is the digest of what people corrected in the readings.
    """
    config = config_of(record)
    try:
        version, weights = record["versions"]["tablekin"], record["weights"]
    except KeyError:
        return None
    if config is None:
        return None
    documents = config.document_fingerprint(
        version, *document_digests(weights), *filter(None, [engine_of_record(record)])
    )
    recomputed = recomputation_fingerprint(config, version)
    cells = cells_fingerprint(documents, recomputed)
    alignments = collations_fingerprint(cells, config.collate.neighbours, corrected)
    return Fingerprints(
        documents, config.pair_fingerprint(documents, pair_digest(weights)), recomputed, cells, alignments
    )


def check_record(
    layout: CorpusLayout, record: Mapping[str, Any], index: DocumentIndex, rows: Mapping[str, int]
) -> Iterator[Problem]:
    """Compare the counts and the digest of the record with the tables.

    Parameters
    ----------
    layout
        Of the corpus.
    record
        As ``run.json`` has it; empty if it could not be read.
    index
        All documents.
    rows
        Number of rows of the tables that could be read whole.
    """
    if not record:
        return
    place, repair = layout.place(layout.record), delete_part(layout, layout.record)
    if record.get("state") != "finished":
        yield Problem(place, "its run was not finished", "run again, which goes on with it")
        return
    if index.complete:
        if record.get("documents") != (found := index.count_by_status()):
            yield Problem(place, f"counts documents {record.get('documents')}, found {found}", repair)
        digest = inputs_digest((name, digest) for name, digest, _ in index.inputs)
        if record.get("inputs") != digest:
            yield Problem(place, "its digest of the scans is not that of the table documents", repair)
    stages = record.get("stages", {})
    for stage, table in _COUNTED:
        last = stages.get(stage)
        # the last run explained only new pairs, so its count of matches is that of the table if all were new
        whole = last and table in rows and (stage == "score" or last["in"] == rows.get("pairs"))
        whole = whole and not layout.parts(
            "nearest"
        )  # which pairs are kept is found twice: before kin are, and after
        if whole and last["out"] != rows[table]:
            what = f"has {rows[table]} rows, {place} counts {last['out']}"
            yield Problem(layout.place(layout.table(table)), what, delete_tables(layout, table))


def check_seals(
    layout: CorpusLayout,
    sound: Mapping[str, Sequence[Path]],
    expected: Fingerprints | None,
    index: DocumentIndex,
) -> Iterator[Problem]:
    """Compare the fingerprints in the parts with the config, and what was compared with the documents.

    Parameters
    ----------
    layout
        Of the corpus.
    sound
        Parts of each table that can be read.
    expected
        Fingerprints of the config in the record, if it tells them.
    index
        All documents.
    """
    yield from _check_batch_seals(layout, sound, expected)
    record = layout.place(layout.record)
    for table in ("pairs", "drivers", "alignments"):
        if not layout.parts(table):
            yield Problem(layout.place(layout.table(table)), "has no part", "run again")
    compared = inputs_digest((name, digest) for name, digest, status in index.inputs if status == "ok")
    for table in ("pairs", "nearest", "drivers", "alignments"):
        for part in sound[table]:
            metadata, repair = part_metadata(part), repair_part(layout, table, part)
            if expected:
                wanted = expected.alignments if table == "alignments" else expected.pairs
                if metadata.get(PartKey.FINGERPRINT) != wanted:
                    what = f"was made with another config than {record} tells"
                    yield Problem(layout.place(part), what, repair)
            if index.complete and metadata.get(PartKey.COMPARED) != compared:
                what = "compares other documents than the table documents has"
                yield Problem(layout.place(part), what, repair)
    if layout.parts("works") and not layout.parts("groups"):  # analyze writes both, groups first
        yield Problem(
            layout.place(layout.table("groups")), "has no part, but the table works has", "analyze again"
        )
    for part in (*sound["groups"], *sound["works"]):
        if index.complete and part_metadata(part).get(PartKey.COMPARED) != compared:
            verb = "groups" if part.parent.name == "groups" else "is of"
            what = f"{verb} other documents than the table documents has"
            yield Problem(layout.place(part), what, "analyze again")


def _check_batch_seals(
    layout: CorpusLayout, sound: Mapping[str, Sequence[Path]], expected: Fingerprints | None
) -> Iterator[Problem]:
    for table in (*DOCUMENT_TABLES, *OPTIONAL_DOCUMENT_TABLES):
        for part in sound[table]:
            found = part_metadata(part).get(PartKey.FINGERPRINT)
            seal = layout.part("documents", part.name)
            own = part_metadata(seal).get(PartKey.FINGERPRINT) if seal in sound["documents"] else found
            if found != own:
                what = f"was made with another config than {layout.place(seal)}"
                yield Problem(layout.place(part), what, repair_part(layout, table, part))
            elif table == "documents" and expected and found != expected.documents:
                what = f"was made with another config, version or weights than {layout.place(layout.record)} tells"
                yield Problem(layout.place(part), what, repair_part(layout, table, part))
    for part in sound["documents"]:
        if PartKey.DROPPING in part_metadata(part):
            what = "has documents that a run was dropping when it was interrupted"
            yield Problem(layout.place(part), what, "run again, which finishes it")

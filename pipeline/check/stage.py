"""Check: what is wrong with a corpus on disk, and how to repair it.

The values of the tables are checked against one another. What cannot be told from them is not covered: neither the
text and boxes of regions and figures, whose content has no digest on disk, nor the scans, which ``tablekin run``
compares with ``sha256``. Pages of Parquet files that carry a checksum are checked against it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from tablekin.check.collations import COLLATE_AGAIN, check_collations
from tablekin.check.documents import Problem, check_documents, check_drivers, check_pairs
from tablekin.check.index import DocumentIndex
from tablekin.check.matches import check_matches
from tablekin.collation import collations_fingerprint
from tablekin.config import ExplainConfig, RunConfig
from tablekin.corpus.corpus import DROPPING, inputs_digest
from tablekin.corpus.parts import list_parts, part_metadata
from tablekin.errors import CorpusError
from tablekin.schemas import DOCUMENT_TABLES, PAIR_TABLES, SCHEMA_VERSION, SCHEMAS

_RECORD = "run.json"
_REQUIRED = {  # columns without missing values, besides all of pairs and matches
    *("doc_id", "sha256", "status", "region_id", "kind", "phi", "feature", "relevance", "share", "partners"),
    *(name for table in PAIR_TABLES for name in SCHEMAS[table].names),
}


def check(root: Path) -> Iterator[Problem]:
    """Find everything that is wrong with the corpus in ``root``; a part of a table is in memory at a time.

    Raises
    ------
    CorpusError
        There is none.
    """
    if not (root / _RECORD).is_file() and not any(list_parts(root / table) for table in SCHEMAS):
        raise CorpusError(f"{root} is not a corpus; make one with: tablekin run SCANS --out {root}")
    sound: dict[str, list[Path]] = {}
    for table in SCHEMAS:
        sound[table] = []
        for part in list_parts(root / table):
            problems = list(_check_file(part, table))
            yield from problems
            if not problems:
                sound[table].append(part)
        for leftover in sorted((root / table).glob(".*.tmp")):
            yield Problem(_name(leftover), "is what an interrupted run left", "run again, which deletes it")
    yield from _check_batches(root)
    knowledge = DocumentIndex()
    for part in sound["documents"]:
        batch = {table: root / table / part.name for table in DOCUMENT_TABLES}
        if all(path in sound[table] for table, path in batch.items()):
            yield from check_documents(part.name, batch, knowledge)
        else:
            knowledge.complete = False
    knowledge.complete &= len(sound["documents"]) == len(list_parts(root / "documents"))
    knowledge.settle()
    yield from _check_repeated(knowledge)
    record, problems = _read_record(root)
    yield from problems
    counts = {
        table: sum(pq.read_metadata(part).num_rows for part in sound[table])
        for table in SCHEMAS
        if sound[table] == list_parts(root / table)
    }
    yield from _check_record(record, knowledge, counts)
    yield from _check_seals(root, sound, record, knowledge)
    yield from check_pairs(sound["pairs"], knowledge)
    fingerprints = _fingerprints(record)
    yield from check_matches(
        sound["matches"], knowledge, _explain_config(record), fingerprints[1] if fingerprints else None
    )
    yield from check_drivers(sound["drivers"], knowledge)
    document = fingerprints[0] if fingerprints else None
    yield from check_collations(sound["collations"], sound["alignments"], knowledge, document)


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _repair(table: str, part: str) -> str:
    """Say how a damaged part is made anew: those of a batch live and die with their seal."""
    if table in DOCUMENT_TABLES:
        return f"delete documents/{part} and run again"
    if table in ("alignments", "collations"):
        return COLLATE_AGAIN
    return f"delete {f'matches/{part}' if table == 'matches' else f'the folder {table}'} and run again"


def _check_file(part: Path, table: str) -> Iterator[Problem]:
    """Read a part whole and compare its columns with the schema."""
    repair = _repair(table, part.name)
    try:
        with pq.ParquetFile(part, page_checksum_verification=True) as file:
            schema = file.schema_arrow
            empty = {
                name
                for group in range(file.num_row_groups)
                for name, column in _columns(file.read_row_group(group))
                if name in _REQUIRED and column.null_count
            }
    except (pa.ArrowException, OSError) as error:
        yield Problem(_name(part), f"cannot be read ({str(error).splitlines()[0]})", repair)
        return
    for name in sorted(empty):
        yield Problem(_name(part), f"lacks values in its column {name}", repair)
    metadata = {key.decode(): value.decode() for key, value in (schema.metadata or {}).items()}
    for key, expected in (("tablekin.schema", SCHEMA_VERSION), ("tablekin.table", table)):
        if metadata.get(key) != expected:
            yield Problem(_name(part), f"its {key} is {metadata.get(key)}, not {expected}", repair)
    found = {field.name: _plain(field.type) for field in schema}
    for field in SCHEMAS[table]:
        if field.name not in found:
            yield Problem(_name(part), f"has no column {field.name}", repair)
        elif found[field.name] != field.type:
            what = f"its column {field.name} is of type {found[field.name]}, not {field.type}"
            yield Problem(_name(part), what, repair)
    surplus = [name for name in found if name not in SCHEMAS[table].names]
    if surplus and table != "documents":  # there they are the user's
        yield Problem(_name(part), f"has columns it should not have: {', '.join(surplus)}", repair)


def _columns(rows: pa.Table) -> Iterator[tuple[str, pa.ChunkedArray]]:
    return zip(rows.column_names, rows.columns, strict=True)


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _check_batches(root: Path) -> Iterator[Problem]:
    """Compare the parts of the tables of documents: all have those of ``documents``, and no others."""
    sealed = {part.name for part in list_parts(root / "documents")}
    for table in DOCUMENT_TABLES:
        names = {part.name for part in list_parts(root / table)}
        for name in sorted(sealed - names):
            yield Problem(f"{table}/{name}", "is missing", _repair(table, name))
        for name in sorted(names - sealed):
            what = f"belongs to no documents/{name}: an interrupted run left it"
            yield Problem(f"{table}/{name}", what, "run again, which deletes it and analyses its scans")


def _check_repeated(knowledge: DocumentIndex) -> Iterator[Problem]:
    for name, parts in knowledge.repeated():
        repair = f"delete documents/{parts[-1]} and run again"
        yield Problem(f"documents/{parts[-1]}", f"has {name}, as has documents/{parts[0]}", repair)


def _read_record(root: Path) -> tuple[dict[str, Any], list[Problem]]:
    repair = f"delete {_RECORD} and run again"
    try:
        record = json.loads((root / _RECORD).read_text("utf-8"))
    except FileNotFoundError:
        return {}, [Problem(_RECORD, "is missing", "run again, which writes it")]
    except ValueError as error:
        return {}, [Problem(_RECORD, f"is not JSON ({error})", repair)]
    return (record, []) if isinstance(record, dict) else ({}, [Problem(_RECORD, "is no record", repair)])


def _check_record(
    record: dict[str, Any], knowledge: DocumentIndex, counts: dict[str, int]
) -> Iterator[Problem]:
    """Compare the counts and the digest of the record with the tables."""
    if not record:
        return
    repair = f"delete {_RECORD} and run again"
    if record.get("state") != "finished":
        yield Problem(_RECORD, "its run was not finished", "run again, which goes on with it")
        return
    if knowledge.complete:
        if record.get("documents") != (found := knowledge.count_by_status()):
            yield Problem(_RECORD, f"counts documents {record.get('documents')}, found {found}", repair)
        digest = inputs_digest((name, digest) for name, digest, _ in knowledge.inputs)
        if record.get("inputs") != digest:
            yield Problem(_RECORD, "its digest of the scans is not that of the table documents", repair)
    stages = record.get("stages", {})
    for stage, table in (("score", "pairs"), ("match", "matches")):
        last = stages.get(stage)
        # the last run explained only new pairs, so its count of matches is that of the table if all were new
        whole = last and table in counts and (stage == "score" or last["in"] == counts.get("pairs"))
        if whole and last["out"] != counts[table]:
            what = f"has {counts[table]} rows, {_RECORD} counts {last['out']}"
            yield Problem(table, what, f"delete the folder {table} and run again")


def _check_seals(
    root: Path, sound: dict[str, list[Path]], record: dict[str, Any], knowledge: DocumentIndex
) -> Iterator[Problem]:
    """Compare the fingerprints in the parts with the config, and what was compared with the documents."""
    expected = _fingerprints(record)
    for table in DOCUMENT_TABLES:
        for part in sound[table]:
            found = part_metadata(part).get("tablekin.fingerprint")
            seal = root / "documents" / part.name
            own = part_metadata(seal).get("tablekin.fingerprint") if seal in sound["documents"] else found
            if found != own:
                what = f"was made with another config than documents/{part.name}"
                yield Problem(_name(part), what, _repair(table, part.name))
            elif table == "documents" and expected and found != expected[0]:
                what = f"was made with another config, version or weights than {_RECORD} tells"
                yield Problem(_name(part), what, _repair(table, part.name))
    for part in sound["documents"]:
        if DROPPING in part_metadata(part):
            what = "has documents that a run was dropping when it was interrupted"
            yield Problem(_name(part), what, "run again, which finishes it")
    for table in ("pairs", "drivers", "alignments"):
        if not list_parts(root / table):
            yield Problem(table, "has no part", "run again")
    compared = inputs_digest((name, digest) for name, digest, status in knowledge.inputs if status == "ok")
    for part in [*sound["pairs"], *sound["drivers"], *sound["alignments"]]:
        metadata, table = part_metadata(part), part.parent.name
        repair = _repair(table, part.name)
        if expected and metadata.get("tablekin.fingerprint") != expected[2 if table == "alignments" else 1]:
            yield Problem(_name(part), f"was made with another config than {_RECORD} tells", repair)
        if knowledge.complete and metadata.get("tablekin.compared") != compared:
            yield Problem(_name(part), "compares other documents than the table documents has", repair)
    for part in list_parts(root / "groups"):
        if knowledge.complete and part_metadata(part).get("tablekin.compared") != compared:
            yield Problem(_name(part), "groups other documents than the table documents has", "analyze again")


def _fingerprints(record: dict[str, Any]) -> tuple[str, str, str] | None:
    """Compute the fingerprints of documents, pairs and alignments anew from the record."""
    try:
        config = RunConfig.model_validate(record["config"])
        document = config.document_fingerprint(record["versions"]["tablekin"], *record["weights"].values())
    except (KeyError, ValidationError):
        return None
    alignments = collations_fingerprint(document, config.collate.neighbours)
    return document, config.pair_fingerprint(document), alignments


def _explain_config(record: dict[str, Any]) -> ExplainConfig | None:
    try:
        return RunConfig.model_validate(record["config"]).explain
    except (KeyError, ValidationError):
        return None

"""Files: whether the parts of a corpus can be read, have the columns they should, and belong together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tablekin.check.problem import Problem, delete_batch, delete_part, delete_tables
from tablekin.corpus import CorpusLayout, CorpusManifest, tables_of_batch
from tablekin.schemas import (
    ALL_SCHEMAS,
    DOCUMENT_TABLES,
    OPTIONAL_COLUMNS,
    OPTIONAL_DOCUMENT_TABLES,
    PAIR_TABLES,
    RECOMPUTED_TABLES,
    SCHEMA_VERSION,
    SCHEMAS,
    PartKey,
)

_REQUIRED = {  # columns without missing values, besides all of pairs and matches
    *("doc_id", "sha256", "status", "region_id", "kind", "phi", "feature", "relevance", "share", "partners"),
    *("group", "role", "function", "rounding", "p_misprint", "p_misreading"),
    *(name for table in PAIR_TABLES for name in SCHEMAS[table].names),
}
_MAY_LACK = {  # a value of a column that prints no function, or none that is known; a rank beyond those that are kept
    *(("numbers", "function"), ("pairs", "rank_a"), ("pairs", "rank_b")),
}


def repair_part(layout: CorpusLayout, table: str, part: Path) -> str:
    """Say how a damaged part is made anew: those of a batch live and die with their seal."""
    if table in (*DOCUMENT_TABLES, *OPTIONAL_DOCUMENT_TABLES):
        return delete_batch(layout, part.name)
    if table in ("alignments", "collations"):
        return delete_tables(layout, "alignments", "collations")
    if table == "corrections":  # nothing else knows what people have corrected
        return (
            f"put back a copy of {layout.place(part)}, or make the corpus anew in another folder: "
            "tablekin run SCANS --out FOLDER"
        )
    if table == "nearest":
        return delete_tables(layout, table)
    if table not in SCHEMAS:
        return f"delete the folder {layout.place(layout.table(table))} and analyze again"
    is_alone = table in ("matches", *RECOMPUTED_TABLES)
    return delete_part(layout, part) if is_alone else delete_tables(layout, table)


def is_as_written(layout: CorpusLayout, manifest: CorpusManifest, part: Path) -> bool:
    """Tell whether a file is, to the last bit, as the manifest says that it was written."""
    try:
        return manifest.fits(layout.root, part)
    except OSError:
        return False


def check_manifest(layout: CorpusLayout, manifest: CorpusManifest) -> Iterator[Problem]:
    """Check that there is a manifest and that its lines can be read."""
    place = layout.place(layout.manifest)
    anew = "put back a copy, or make the corpus anew in another folder: tablekin run SCANS --out FOLDER"
    if not manifest.files:
        yield Problem(place, "is missing or empty, so that no file can be told from an edited one", anew)
    for line in manifest.damaged:
        yield Problem(place, f"cannot be read in line {line}", "repair the files named below, and run again")


def check_file(layout: CorpusLayout, table: str, part: Path) -> Iterator[Problem]:
    """Read a part whole and compare its columns with the schema."""
    place, repair = layout.place(part), repair_part(layout, table, part)
    try:
        with pq.ParquetFile(part, page_checksum_verification=True) as file:
            schema = file.schema_arrow
            found = {field.name: _plain(field.type) for field in schema}
            empty = {
                name
                for group in range(file.num_row_groups)
                for name, column in _columns(file.read_row_group(group))
                if name in _REQUIRED and (table, name) not in _MAY_LACK and column.null_count
            }
    except PermissionError:
        yield Problem(place, "cannot be read: you have no right to", "get the right to read it")
        return
    except (pa.ArrowException, OSError, ValueError) as error:  # a name that is no UTF-8 is a ValueError
        yield Problem(place, f"cannot be read ({str(error).splitlines()[0]})", repair)
        return
    for name in sorted(empty):
        yield Problem(place, f"lacks values in its column {name}", repair)
    pairs = (schema.metadata or {}).items()
    metadata = {key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in pairs}
    for key, expected in ((PartKey.SCHEMA, SCHEMA_VERSION), (PartKey.TABLE, table)):
        if metadata.get(key) != expected:
            yield Problem(place, f"its {key} is {metadata.get(key)}, not {expected}", repair)
    for field in ALL_SCHEMAS[table]:
        if field.name not in found:
            if field.name in OPTIONAL_COLUMNS.get(table, ()):
                continue
            yield Problem(place, f"has no column {field.name}", repair)
        elif found[field.name] != field.type:
            what = f"its column {field.name} is of type {found[field.name]}, not {field.type}"
            yield Problem(place, what, repair)
    surplus = [name for name in found if name not in ALL_SCHEMAS[table].names]
    if surplus and table != "documents":  # there they are the user's
        yield Problem(place, f"has columns it should not have: {', '.join(surplus)}", repair)


def _tables_of(seal: Path) -> tuple[str, ...]:
    """Name the tables that a batch should have a part in; if its seal is damaged, those that every batch has."""
    try:
        return tables_of_batch(seal)
    except (pa.ArrowException, OSError, ValueError):
        return DOCUMENT_TABLES


def _columns(rows: pa.Table) -> Iterator[tuple[str, pa.ChunkedArray]]:
    return zip(rows.column_names, rows.columns, strict=True)


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def check_batches(layout: CorpusLayout) -> Iterator[Problem]:
    """Compare the parts of the tables of documents: all have those of ``documents``, and no others."""
    having = {part.name: _tables_of(part) for part in layout.parts("documents")}
    for table in (*DOCUMENT_TABLES, *OPTIONAL_DOCUMENT_TABLES):
        names = {part.name for part in layout.parts(table)}
        sealed = {name for name, tables in having.items() if table in tables}
        for name in sorted(sealed - names):
            part = layout.part(table, name)
            yield Problem(layout.place(part), "is missing", delete_batch(layout, name))
        for name in sorted(names - sealed):
            seal = layout.place(layout.part("documents", name))
            what = f"belongs to no {seal}: an interrupted run left it"
            place = layout.place(layout.part(table, name))
            yield Problem(place, what, "run again, which deletes it and analyses its scans")

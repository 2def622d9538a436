"""Schemas: the columns of every table, their types, and the version that is written into each file."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pandas as pd
import pyarrow as pa

from tablekin.models.networks.features import FEATURES as FEATURES

SCHEMA_VERSION = "3"
DOCUMENT_STATUS = ("ok", "failed")


class PartKey(StrEnum):
    """Keys of the metadata that the files of a corpus carry; docs/reference/data-dictionary.md explains them."""

    SCHEMA = "tablekin.schema"
    TABLE = "tablekin.table"
    FINGERPRINT = "tablekin.fingerprint"
    COMPARED = "tablekin.compared"
    COVERAGE = "tablekin.coverage"
    KEPT = "tablekin.kept"
    COLLATED = "tablekin.collated"
    DROPPING = "tablekin.dropping"
    READINGS = "tablekin.readings"
    READ_FILES = "tablekin.read_files"
    ALSO = "tablekin.also"
    CORRECTED = "tablekin.corrected"
    WITNESSED = "tablekin.witnessed"


_BOX = [(name, pa.float32()) for name in ("x0", "y0", "x1", "y1")]  # pixels of the original image
_PAIR = [("doc_a", pa.string()), ("doc_b", pa.string())]
_PARAMETER = pa.struct(
    [
        ("name", pa.string()),
        ("value", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("known_as", pa.list_(pa.string())),
    ]
)

_COLUMNS: dict[str, list[tuple[str, pa.DataType]]] = {
    "documents": [
        ("doc_id", pa.string()),
        ("source", pa.string()),
        ("page_index", pa.int32()),
        ("sha256", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("status", pa.string()),
        ("reason", pa.string()),
    ],
    "pages": [
        ("doc_id", pa.string()),
        ("orientation", pa.int16()),
        ("skew_degrees", pa.float32()),
        ("scale", pa.float32()),
        ("transform", pa.list_(pa.float64(), 6)),
        ("digit_height", pa.float32()),
        ("digit_advance", pa.float32()),
        ("ink", pa.float32()),
        ("is_table", pa.bool_()),
        ("flags", pa.list_(pa.string())),
    ],
    "regions": [
        ("doc_id", pa.string()),
        ("region_id", pa.int32()),
        ("kind", pa.string()),
        ("table_id", pa.int32()),
        ("row", pa.int32()),
        ("col", pa.int32()),
        *_BOX,
        ("text", pa.string()),
        ("confidence", pa.float32()),
        ("printed", pa.string()),
        ("value", pa.float64()),
        ("label", pa.string()),
    ],
    "digits": [
        ("doc_id", pa.string()),
        ("digit", pa.int8()),
        ("score", pa.float32()),
        *_BOX,
        ("region_id", pa.int32()),
        ("other", pa.int8()),
        ("other_score", pa.float32()),
    ],
    "features": [
        ("doc_id", pa.string()),
        ("model", pa.string()),
        ("phi", pa.list_(pa.float32(), len(FEATURES))),
    ],
    "factors": [
        ("doc_id", pa.string()),
        ("region_id", pa.int32()),
        ("feature", pa.string()),
        ("relevance", pa.float32()),
    ],
    "pairs": [
        *_PAIR,
        ("dot", pa.float32()),
        ("cosine", pa.float32()),
        ("z", pa.float32()),
        ("rank_a", pa.int32()),
        ("rank_b", pa.int32()),
        ("conservation_error", pa.float32()),
        ("specific", pa.float32()),
    ],
    "matches": [
        *_PAIR,
        ("level", pa.string()),
        ("rank", pa.int32()),
        ("region_a", pa.int32()),
        ("region_b", pa.int32()),
        ("relevance", pa.float32()),
        ("share", pa.float32()),
        ("features", pa.list_(pa.string())),
        ("specific", pa.float32()),
    ],
    "alignments": [
        *_PAIR,
        ("is_kin", pa.bool_()),
        ("tables", pa.int32()),
        ("rows", pa.int32()),
        ("compared", pa.int32()),
        ("agreeing", pa.int32()),
        ("expected", pa.float32()),
        ("agreement", pa.float32()),
        ("surprise", pa.float32()),
        ("evidence", pa.float32()),
        *(
            (relation, pa.int32())
            for relation in ("same", "variant", "doubtful", "only_a", "only_b", "not_compared")
        ),
        ("log_odds_copied", pa.float32()),
        ("verdict", pa.string()),
        ("strength", pa.string()),
        ("shared_errors", pa.int32()),
        ("shared_deviations", pa.int32()),
        ("coverage", pa.float32()),
    ],
    "collations": [
        *_PAIR,
        *((f"{name}_{side}", pa.int32()) for side in "ab" for name in ("region", "table", "row", "col")),
        ("text_a", pa.string()),
        ("text_b", pa.string()),
        ("relation", pa.string()),
        ("relevance", pa.float32()),
        ("confidence", pa.float32()),
        ("computed", pa.string()),
        ("error_in", pa.string()),
    ],
    "columns": [
        ("doc_id", pa.string()),
        ("table_id", pa.int32()),
        ("col", pa.int32()),
        ("group", pa.int32()),
        ("radix", pa.int32()),
        ("unit", pa.string()),
        ("role", pa.string()),
        ("step", pa.float64()),
    ],
    "functions": [
        ("doc_id", pa.string()),
        ("table_id", pa.int32()),
        ("group", pa.int32()),
        ("function", pa.string()),
        ("parameters", pa.list_(_PARAMETER)),
        ("cells", pa.int32()),
        ("within_rounding", pa.int32()),
        ("log_odds", pa.float32()),
        ("rounding", pa.string()),
    ],
    "numbers": [
        ("doc_id", pa.string()),
        ("sheet", pa.int32()),
        ("group", pa.int32()),
        ("row", pa.int32()),
        ("role", pa.string()),
        ("value", pa.float64()),
        ("computed", pa.float64()),
        ("due", pa.float64()),
        ("period", pa.float64()),
        ("radices", pa.list_(pa.int32())),
        ("regions", pa.list_(pa.int32())),
        ("finding", pa.int32()),
        ("function", pa.string()),
    ],
    "checks": [
        ("doc_id", pa.string()),
        ("region_id", pa.int32()),
        ("kind", pa.string()),
        ("value", pa.float64()),
        ("computed", pa.float64()),
        ("residual", pa.float64()),
        ("p_misprint", pa.float32()),
        ("p_misreading", pa.float32()),
        ("due", pa.string()),
        *((f"witnesses_{name}", pa.int32()) for name in ("same", "due")),
        *((f"p_{name}_alone", pa.float32()) for name in ("misprint", "misreading")),
    ],
    "drivers": [
        ("doc_id", pa.string()),
        ("region_id", pa.int32()),
        ("kind", pa.string()),
        ("relevance", pa.float32()),
        ("share", pa.float32()),
        ("partners", pa.int32()),
        ("top_partner", pa.string()),
    ],
}

_ADDED_COLUMNS: dict[str, list[tuple[str, pa.DataType]]] = {
    "nearest": [
        ("doc_id", pa.string()),
        ("median", pa.float64()),
        ("deviation", pa.float64()),
        ("partners", pa.list_(pa.string())),
    ],
    "words": [
        ("doc_id", pa.string()),
        ("text", pa.string()),
        *_BOX,
        ("confidence", pa.float32()),
        ("language", pa.string()),
        ("region_id", pa.int32()),
    ],
    "groups": [
        ("doc_id", pa.string()),
        ("cluster", pa.int32()),
        ("x", pa.float32()),
        ("y", pa.float32()),
        ("nearest", pa.string()),
        ("nearest_cosine", pa.float32()),
    ],
    "works": [
        ("work_a", pa.string()),
        ("work_b", pa.string()),
        *((f"documents_{side}", pa.int32()) for side in "ab"),
        ("compared", pa.int32()),
        ("related", pa.int32()),
        *((f"related_{side}", pa.int32()) for side in "ab"),
        *((name, pa.int32()) for name in ("copied", "same", "shared_errors", "shared_deviations")),
        *((f"{name}_{side}", pa.int32()) for side in "ab" for name in ("year_from", "year_to")),
        ("first", pa.string()),
    ],
    "corrections": [
        ("doc_id", pa.string()),
        ("region_id", pa.int32()),
        *_BOX,
        ("before", pa.string()),
        ("after", pa.string()),
        ("who", pa.string()),
        ("when", pa.timestamp("us", "UTC")),
        ("source", pa.string()),
        ("sha256", pa.string()),
        ("undone", pa.timestamp("us", "UTC")),
        ("undone_by", pa.string()),
    ],
}

DOCUMENT_TABLES = (
    "pages",
    "regions",
    "digits",
    "features",
    "factors",
    "documents",
)  # documents seals a batch
OPTIONAL_DOCUMENT_TABLES = ("words",)  # a batch has them only where an OCR engine read its pages
WITNESS_COLUMNS = ("witnesses_same", "witnesses_due", "p_misprint_alone", "p_misreading_alone")
OPTIONAL_COLUMNS = {  # missing in files of before they were thought of; labels also where no OCR engine read any
    "regions": ("label",),
    "pairs": ("specific",),
    "matches": ("specific",),
    "checks": WITNESS_COLUMNS,
}
RECOMPUTED_TABLES = (
    "columns",
    "functions",
    "numbers",
    "checks",
)  # checks seals what was recomputed of a batch
PAIR_TABLES = ("matches", "pairs")  # pairs seals a batch


def _schema(table: str, columns: list[tuple[str, pa.DataType]]) -> pa.Schema:
    return pa.schema(columns, metadata={PartKey.TABLE: table, PartKey.SCHEMA: SCHEMA_VERSION})


# tables that every run writes, and those that only some runs write or another command adds
SCHEMAS: dict[str, pa.Schema] = {table: _schema(table, columns) for table, columns in _COLUMNS.items()}
ALL_SCHEMAS: dict[str, pa.Schema] = {
    **SCHEMAS,
    **{table: _schema(table, columns) for table, columns in _ADDED_COLUMNS.items()},
}

# Of the tables with a row for every pair: bytes of numbers that hardly repeat are sorted by place before they are
# compressed, and the strongest compression would cost more time than it saves space.
ENCODINGS: dict[str, dict[str, Any]] = {
    table: {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": dictionary,
        "write_statistics": ["doc_a", "doc_b"],
        "column_encoding": {column: "BYTE_STREAM_SPLIT" for column in numbers},
    }
    for table, dictionary, numbers in (
        (
            "pairs",
            ["doc_a", "doc_b", "rank_a", "rank_b"],
            ["dot", "cosine", "z", "conservation_error", "specific"],
        ),
        (
            "matches",
            ["doc_a", "doc_b", "level", "rank", "region_a", "region_b", "features.list.element"],
            ["relevance", "share", "specific"],
        ),
    )
}


def to_arrow(table: str, frame: pd.DataFrame, extra: list[pa.Field] | None = None) -> pa.Table:
    """Give ``frame`` the column order and types of ``table``.

    Parameters
    ----------
    table
        Name of the table.
    frame
        Its rows; columns may stand in any order, and optional ones be left out.
    extra
        Further columns: of the documents table, the user's metadata.

    Raises
    ------
    ValueError
        A column is missing, is not part of the table, or does not fit its type.
    """
    schema = ALL_SCHEMAS[table]
    for field in extra or []:
        schema = schema.append(field)
    left_out = [name for name in OPTIONAL_COLUMNS.get(table, ()) if name not in frame.columns]
    frame = frame.assign(**dict.fromkeys(left_out))
    missing = [name for name in schema.names if name not in frame.columns]
    surplus = [str(name) for name in frame.columns if name not in schema.names]
    if missing or surplus:
        raise ValueError(f"table {table}: columns missing {missing}, columns not expected {surplus}")
    return pa.Table.from_pandas(frame[schema.names], schema, preserve_index=False).replace_schema_metadata(
        schema.metadata
    )


def empty(table: str) -> pd.DataFrame:
    """Make a frame of ``table`` without rows."""
    return ALL_SCHEMAS[table].empty_table().to_pandas()

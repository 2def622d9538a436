"""Columns: what libraries say of the pages, as columns of table ``documents``; what the user says goes before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from tablekin.iiif.book import BookPage
from tablekin.iiif.description import ABOUT

Values = Mapping[str, str]  # column -> what is said of a page
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")  # as in the user's own file: docs/how-to/scans.md


def columns_of(page: BookPage, address: str) -> dict[str, str]:
    """Give all that is known of a page: of its manifest, and of its canvas, which goes before it.

    Parameters
    ----------
    page
        The page.
    address
        Where its picture was asked for; empty if it was not.
    """
    width, height = page.page.size
    own = {
        "iiif_manifest": page.manifest.id,
        "iiif_canvas": page.page.canvas,
        "iiif_image": page.image,
        "iiif_address": address,
        "iiif_image_api": "" if page.image_api is None else str(page.image_api),
        "canvas_width": "" if width is None else str(width),
        "canvas_height": "" if height is None else str(height),
        "label": page.manifest.label,
        "canvas_label": page.page.label,
        "collection": page.collection,
    }
    said = {**page.manifest.columns, **page.page.columns, **own}
    return {name: text for name, text in said.items() if text}


def number_columns(said: Mapping[str, Values]) -> dict[str, bool]:
    """List the columns, those with a meaning of their own first, and tell which hold whole numbers alone."""
    found: dict[str, bool] = {}
    for values in said.values():
        for name, text in values.items():
            found[name] = found.get(name, True) and _is_number(text)
    order = [*(name for name in ABOUT if name in found), *sorted(found.keys() - ABOUT)]
    return {name: found[name] for name in order}


def add_columns(
    documents: pd.DataFrame,
    fields: Iterable[pa.Field],
    said: Mapping[str, Values],
    before: Mapping[str, Values],
    columns: Mapping[str, bool],
) -> tuple[pd.DataFrame, list[pa.Field]]:
    """Give documents the columns of what libraries say of their pages.

    A value that the user gave stays. Where a column of the user's holds whole numbers and a library has words, its own
    get a column ``metadata_...`` beside it.

    Parameters
    ----------
    documents
        Rows of table ``documents`` with the user's columns.
    fields
        Names and types of the user's columns.
    said
        Source of a page -> what is said of it now.
    before
        The same of an earlier run, whose values may stand among the user's.
    columns
        What :func:`number_columns` makes of all that is said, also of other documents.

    Returns
    -------
    tuple
        The documents, and the names and types of all their columns besides those that tablekin writes.
    """
    types = {field.name: field.type for field in fields}
    added, sources = documents.copy(), list(documents["source"])
    now = [said.get(source, {}) for source in sources]
    old = [before.get(source, {}) for source in sources]
    for name, are_numbers in columns.items():
        users = _users_values(added, name, [values.get(name) for values in old])
        column = name
        if types.get(name) == pa.int64() and not are_numbers and (any(users) or name not in documents):
            column = f"metadata_{name}"
            users = _users_values(added, column, [values.get(name) for values in old])
        joined = [value or values.get(name) for value, values in zip(users, now, strict=True)]
        is_text = types.get(column) == pa.string() and (any(users) or column not in documents)
        if are_numbers and not is_text and all(value is None or _is_number(value) for value in joined):
            types[column] = pa.int64()
            added[column] = pd.array([None if value is None else int(value) for value in joined], "Int64")
        else:
            types[column] = pa.string()
            added[column] = pd.array(joined, object)
    return added, [pa.field(name, kind) for name, kind in types.items()]


def _users_values(documents: pd.DataFrame, name: str, old: list[str | None]) -> list[str | None]:
    """Give the values of a column that no library gave before."""
    if name not in documents:
        return [None] * len(documents)
    values = map(_text, documents[name])
    return [None if value == given else value for value, given in zip(values, old, strict=True)]


def _text(value: Any) -> str | None:
    """Write a value of a column as text; None where there is none."""
    if value is None or value is pd.NA or value != value or value == "":
        return None
    return str(int(value)) if isinstance(value, float) else str(value)


def _is_number(text: str) -> bool:
    return _WHOLE.fullmatch(text) is not None

"""MetadataJoin: which row of the metadata is that of which scan."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.extensions import take

from tablekin.errors import ConfigError
from tablekin.ingest.metadata import OWN_COLUMNS, Metadata

SPREADS = "split_spreads"  # column of the metadata
_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def _composed(name: str) -> str:
    """Write accents as one letter with what they stand on: macOS parts them in names of files."""
    return unicodedata.normalize("NFC", name)


def _without_case(name: str) -> str:
    return _composed(_composed(name).casefold())


_READINGS: tuple[Callable[[str], str], ...] = (str, _composed, _without_case)  # of a name, the surest first
_CASE = _READINGS.index(_without_case)


@dataclass(frozen=True)
class _MatchedRow:
    """The row of a scan."""

    row: int
    reading: int  # place in _READINGS of that by which they are the same


def _names(source: str) -> Iterator[str]:
    """Names a scan may go by, the surest first: its path, ends of it, and the same without the suffix."""
    parts = source.split("/")
    for begin in range(len(parts)):
        yield "/".join(parts[begin:])
    for begin in range(len(parts)):
        yield "/".join(parts[begin:]).rsplit(".", 1)[0]


def join_metadata(documents: pd.DataFrame, metadata: Metadata) -> tuple[pd.DataFrame, list[str]]:
    """Give every document the columns of its row in the metadata.

    Parameters
    ----------
    documents
        Table ``documents``; metadata columns it has already are replaced.
    metadata
        The user's file. Its key may be the path of a scan within the folder, the end of that path, or a
        longer path that ends in it, with or without suffix; a key that fits several scans fits none. Accents may be
        written either way; capitals do not matter where only one row and one scan fit.

    Returns
    -------
    tuple
        The documents, and a warning for each kind of mismatch.
    """
    owner = _find_rows(sorted(set(documents["source"])), metadata.rows[metadata.key])
    shared = _settle(owner)
    found = {source: match.row for source, match in owner.items() if match and match.row not in shared}
    places = np.array([found.get(source, -1) for source in documents["source"]], np.int64)  # -1: none
    joined = documents[[name for name in documents.columns if name in OWN_COLUMNS]].copy()
    for name in metadata.columns:
        joined[name] = take(metadata.rows[name].array, places, allow_fill=True)
    return joined, list(_warnings(metadata, owner, shared))


def read_spreads(sources: Iterable[str], metadata: Metadata | None) -> dict[str, bool]:
    """Read which sources show two facing pages on an image, or one, where the metadata say so.

    Parameters
    ----------
    sources
        Paths of the scans, as in the column ``source`` of table ``documents``.
    metadata
        The user's file. Its column ``split_spreads`` says ``yes`` or ``no``; where it is empty, it is found.

    Raises
    ------
    ConfigError
        The column says something else.
    """
    column = next((n for n in metadata.rows if str(n).casefold() == SPREADS), None) if metadata else None
    if metadata is None or column is None:
        return {}
    said = ["" if pd.isna(value) else str(value).strip() for value in metadata.rows[column]]
    for key, word in zip(metadata.rows[metadata.key], said, strict=True):
        if word and word.casefold() not in _WORDS:
            raise ConfigError(
                f"the metadata {metadata.path} say {word!r} in column '{column}' for {key}; write yes where its image "
                "shows two facing pages, no where it shows one, or nothing"
            )
    owner = _find_rows(sorted(set(sources)), metadata.rows[metadata.key])
    shared = _settle(owner)
    return {
        source: _WORDS[said[match.row].casefold()]
        for source, match in owner.items()
        if match and match.row not in shared and said[match.row]
    }


def _find_rows(sources: list[str], keys: pd.Series) -> dict[str, _MatchedRow | None]:
    """Find the row of each scan by the surest of the names it goes by."""
    paths = [str(path) for path in keys.str.replace("\\", "/").str.removeprefix("./")]
    whole = [_index(paths, reading, ends=False) for reading in _READINGS]
    ends = [_index(paths, reading, ends=True) for reading in _READINGS]
    return {source: _find(source, whole, ends) for source in sources}


def _find(
    source: str, whole: list[dict[str, int | None]], ends: list[dict[str, int | None]]
) -> _MatchedRow | None:
    candidates = [(name, whole) for name in _names(source)] + [(source, ends)]
    for name, indices in candidates:
        for place, (reading, index) in enumerate(zip(_READINGS, indices, strict=True)):
            if (read := reading(name)) in index:
                row = index[read]
                return None if row is None else _MatchedRow(row, place)
    return None


def _index(paths: list[str], reading: Callable[[str], str], ends: bool) -> dict[str, int | None]:
    """Give the row of each path as it is read, or of each end of one; None where several rows have it."""
    found: dict[str, int | None] = {}
    for place, path in enumerate(paths):
        if path:
            for name in map(reading, _names(path) if ends else [path]):
                found[name] = None if name in found and found[name] != place else place
    return found


def _settle(owner: dict[str, _MatchedRow | None]) -> set[int]:
    """Leave a row only to the scans that have its name most surely; give the rows that several of these share."""
    claims: dict[int, list[str]] = defaultdict(list)
    for source, found in owner.items():
        if found is not None:
            claims[found.row].append(source)
    shared = set()
    for row, sources in claims.items():
        best = min(found.reading for source in sources if (found := owner[source]))
        surest = [source for source in sources if (found := owner[source]) and found.reading == best]
        if len(surest) > 1:
            shared.add(row)
        for source in {*sources} - {*surest}:
            owner[source] = None
    return shared


def _warnings(metadata: Metadata, owner: dict[str, _MatchedRow | None], shared: set[int]) -> Iterator[str]:
    keys = metadata.rows[metadata.key]
    taken = {found.row for found in owner.values() if found is not None}
    unknown = [str(key) for place, key in enumerate(keys) if place not in taken]
    if unknown:
        yield f"{metadata.path}: {len(unknown)} rows name no scan of the corpus, the first: {unknown[0]}"
    for place in sorted(shared):
        yield f"{metadata.path}: {keys.iloc[place]} fits several scans; give the path within the folder"
    bare = [source for source, found in owner.items() if found is None]
    if bare:
        yield f"{metadata.path}: {len(bare)} scans have no row, the first: {bare[0]}"
    other = [
        (source, found.row)
        for source, found in owner.items()
        if found and found.reading == _CASE and found.row not in shared
    ]
    if other:
        source, row = other[0]
        yield (
            f"{metadata.path}: {len(other)} rows name their scan in other capitals, the first: {keys.iloc[row]} for "
            f"{source}; they are taken for the same, as nothing else fits"
        )

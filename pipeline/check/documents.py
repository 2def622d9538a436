"""Integrity: whether the rows of a corpus fit one another; every problem is named with its repair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tablekin.check.index import KINDS, DocumentIndex, Floats, Index, sum_by_feature
from tablekin.schemas import FEATURES

TOLERANCE = 1e-4  # relative, of sums of float32 numbers
_STATUS = ("ok", "skipped", "failed")
_KEYS = {
    "documents": ["doc_id"],
    "pages": ["doc_id"],
    "regions": ["doc_id", "region_id"],
    "features": ["doc_id"],
    "factors": ["doc_id", "region_id", "feature"],
}
COMPARE_AGAIN = "delete the folder pairs and run again"

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with a corpus."""

    place: str  # file or folder, below the corpus
    what: str
    repair: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}; to repair it, {self.repair}"


def check_documents(part: str, files: Mapping[str, Path], knowledge: DocumentIndex) -> Iterator[Problem]:
    """Check a batch of documents and add it to what is known."""
    rows = {table: pd.read_parquet(path) for table, path in files.items()}
    documents = rows["documents"]
    ok = documents.loc[documents["status"] == "ok", "doc_id"]
    repair = f"delete documents/{part} and run again"
    for table, what, wrong in _wrong_rows(rows, ok):
        if wrong.any():
            yield Problem(f"{table}/{part}", _count(rows[table], wrong, what), repair)
    for table in ("pages", "regions", "features"):
        missing = sorted(set(ok) - set(rows[table]["doc_id"]))
        if missing:
            yield Problem(f"{table}/{part}", f"has no row of {_some(missing)}", repair)
    features = rows["features"].drop_duplicates("doc_id")
    phi = features[features["doc_id"].isin(ok)].set_index("doc_id")["phi"]
    names = list(phi.index)
    if names:
        whole = np.stack(phi.to_list()).astype(np.float64)
        error = np.abs(sum_by_feature(rows["factors"], names) - whole)
        largest = np.maximum(np.abs(whole).max(1, keepdims=True), 1e-6)
        lost = [
            name for name, leaks in zip(names, (error > TOLERANCE * largest).any(1), strict=True) if leaks
        ]
        if lost:
            yield Problem(f"factors/{part}", f"does not add up to the phi of {_some(lost)}", repair)
    knowledge.add(part, documents, phi, rows["factors"], rows["regions"])


def _wrong_rows(rows: Mapping[str, pd.DataFrame], ok: pd.Series) -> Iterator[tuple[str, str, pd.Series]]:
    """Yield tables of a batch, what may be wrong with a row, and which rows it is wrong with."""
    yield "documents", "have an unknown status", ~rows["documents"]["status"].isin(_STATUS)
    yield "regions", "have an unknown kind", ~rows["regions"]["kind"].isin(KINDS)
    yield "factors", "have an unknown feature", ~rows["factors"]["feature"].isin(FEATURES)
    yield "factors", "have a relevance that is no number", ~np.isfinite(rows["factors"]["relevance"])
    bad = rows["features"]["phi"].map(lambda phi: not np.isfinite(phi).all())
    yield "features", "have a phi that is no number", bad.astype(bool)
    for table, keys in _KEYS.items():
        yield table, f"repeat the {' and '.join(keys)} of another", rows[table].duplicated(keys)
    known = pd.MultiIndex.from_frame(rows["regions"][["doc_id", "region_id"]])
    for table, frame in rows.items():
        if table != "documents":
            yield table, "are of no document that is ok", ~frame["doc_id"].isin(ok)
        if table in ("digits", "factors"):
            used = pd.MultiIndex.from_frame(frame[["doc_id", "region_id"]])
            yield table, "are of no region in the table regions", pd.Series(~used.isin(known), frame.index)


def _count(rows: pd.DataFrame, wrong: pd.Series | Mask, what: str) -> str:
    keys = [key for key in ("doc_id", "doc_a", "doc_b", "level", "rank", "region_id") if key in rows]
    first = ", ".join(f"{key} {value}" for key, value in rows.loc[np.asarray(wrong), keys].iloc[0].items())
    return f"{int(np.sum(wrong))} rows {what} (first: {first})"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


class PairSet:
    """Which pairs of documents have been met, a byte each."""

    def __init__(self, documents: int) -> None:
        self._count = documents
        self.flags = np.zeros(documents * (documents - 1) // 2, bool)

    def place(self, a: Index, b: Index) -> Index:
        """Give pairs, ``a < b``, their place among the flags."""
        return a * self._count - a * (a + 1) // 2 + b - a - 1

    def missing(self) -> Iterator[tuple[int, int]]:
        """Find pairs that have not been met."""
        for place in np.flatnonzero(~self.flags):
            ends = np.cumsum(np.arange(self._count - 1, 0, -1))
            a = int(np.searchsorted(ends, place, side="right"))
            yield a, int(self._count - (ends[a] - place))


def check_pairs(parts: Sequence[Path], knowledge: DocumentIndex) -> Iterator[Problem]:
    """Check that every pair of documents is there once, with scores that fit their features."""
    count = len(knowledge.names)
    seen = PairSet(count)
    ranks = np.zeros((2, count))  # sum and sum of squares of the ranks among a document's partners
    for part in parts:
        found: dict[str, tuple[int, str]] = {}
        with pq.ParquetFile(part, read_dictionary=["doc_a", "doc_b"]) as file:
            for group in range(file.num_row_groups):
                rows = file.read_row_group(group)
                for what, wrong in _wrong_pairs(rows, knowledge, seen, ranks):
                    note(found, what, wrong, rows)
        yield from noted(f"pairs/{part.name}", found)
    if not parts or not knowledge.complete:
        return
    if lost := int((~seen.flags).sum()):
        a, b = (knowledge.names[place].as_py() for place in next(seen.missing()))
        yield Problem("pairs", f"{lost} pairs are missing (first: {a} and {b})", COMPARE_AGAIN)
        return
    whole = np.arange(1, count, dtype=float)
    odd = np.flatnonzero((ranks[0] != whole.sum()) | (ranks[1] != (whole**2).sum()))
    if len(odd):
        names = _some([knowledge.names[place].as_py() for place in odd])
        yield Problem("pairs", f"the ranks of the partners of {names} are not 1, 2, 3 ...", COMPARE_AGAIN)


def _wrong_pairs(
    rows: pa.Table, knowledge: DocumentIndex, seen: PairSet, ranks: Floats
) -> Iterator[tuple[str, Mask]]:
    """Yield what may be wrong with a pair, and which rows it is wrong with."""
    a, b = knowledge.places(rows["doc_a"]), knowledge.places(rows["doc_b"])
    known = (a >= 0) & (b >= 0)
    if knowledge.complete:
        yield "name a document that is not in the table documents or not ok", ~known
    yield "do not have doc_a before doc_b", known & (a >= b)
    good = known & (a < b)
    a, b = a[good], b[good]
    pair = seen.place(a, b)
    yield "are there twice", spread(good, seen.flags[pair] | pd.Series(pair).duplicated().to_numpy())
    seen.flags[pair] = True
    values = {name: rows[name].to_numpy()[good].astype(np.float64) for name in rows.column_names[2:]}
    dot = np.einsum("pf,pf->p", knowledge.phi[a], knowledge.phi[b])
    yield "have a dot that their phi do not give", spread(good, differ(values["dot"], dot, dot))
    norms = np.maximum(np.linalg.norm(knowledge.phi, axis=1), 1e-15)
    cosine = dot / norms[a] / norms[b]
    yield "have a cosine that their phi do not give", spread(good, differ(values["cosine"], cosine, 1.0))
    lost = ~(values["conservation_error"] <= TOLERANCE)
    yield "have a map that does not add up to dot", spread(good, lost)
    yield "have a z that is no number", spread(good, ~np.isfinite(values["z"]))
    for document, rank in ((a, values["rank_a"]), (b, values["rank_b"])):
        for power in (1, 2):
            ranks[power - 1] += np.bincount(document, rank**power, len(knowledge.names))


def check_drivers(parts: Sequence[Path], knowledge: DocumentIndex) -> Iterator[Problem]:
    """Check that every region is there once and that a document's add up to its similarity with all others."""
    count, rows = len(knowledge.names), 0
    total, again = np.zeros(count), "delete the folder drivers and run again"
    met = set[int]()
    for part in parts:
        found: dict[str, tuple[int, str]] = {}
        with pq.ParquetFile(part, read_dictionary=["doc_id", "kind", "top_partner"]) as file:
            for group in range(file.num_row_groups):
                batch = file.read_row_group(group)
                rows += len(batch)
                document, region = knowledge.places(batch["doc_id"]), batch["region_id"].to_numpy()
                kinds = pc.index_in(batch["kind"].cast(pa.string()), pa.array(KINDS))
                kind = pc.fill_null(kinds, -1).to_numpy().astype(np.int64)
                known = document >= 0
                if knowledge.complete:
                    fits = known & (kind >= 0) & (knowledge.kinds(document, region.astype(np.int64)) == kind)
                    note(found, "are of no region in the table regions, or of another kind", ~fits, batch)
                keys = pd.Series(document << 32 | region.astype(np.int64))
                note(found, "are there twice", known & (keys.duplicated() | keys.isin(met)).to_numpy(), batch)
                met.update(
                    keys[np.isin(document, document[-1:])]
                )  # a document's rows may go on in the next group
                partner = knowledge.places(batch["top_partner"])
                alone = (partner == document) & known
                note(found, "have the document itself as top_partner", alone, batch)
                leaf = known & ~np.isin(kind, [KINDS.index("row"), KINDS.index("column")])
                relevance = batch["relevance"].to_numpy().astype(np.float64)
                total += np.bincount(document[leaf], relevance[leaf], count)
        yield from noted(f"drivers/{part.name}", found, again)
    if not knowledge.complete or not parts:
        return
    if rows != knowledge.count_regions():
        yield Problem("drivers", f"has {rows} rows for {knowledge.count_regions()} regions", again)
    else:
        own = (knowledge.phi**2).sum(1)
        expected = knowledge.phi @ knowledge.phi.sum(0) - own
        odd = np.flatnonzero(differ(total, expected, expected + own))
        if len(odd):
            names = _some([knowledge.names[place].as_py() for place in odd])
            yield Problem("drivers", f"the relevance of {names} does not add up to the similarity", again)


def spread(good: Mask, wrong: Mask) -> Mask:
    """Tell of all rows whether they are wrong, given those of the good ones."""
    spread = np.zeros(len(good), bool)
    spread[good] = wrong
    return spread


def differ(found: Floats, expected: Floats, scale: Floats | float) -> Mask:
    """Tell where numbers differ by more than rounding; what is no number does."""
    return np.asarray(~(np.abs(found - expected) <= TOLERANCE * np.maximum(scale, 1e-6)))


def note(found: dict[str, tuple[int, str]], what: str, wrong: Mask, rows: pa.Table) -> None:
    """Count wrong rows and keep the first of them."""
    if wrong.any():
        count, first = found.get(what, (0, ""))
        keys = [key for key in ("doc_a", "doc_b", "doc_id") if key in rows.column_names]
        at = " and ".join(rows[key][int(np.argmax(wrong))].as_py() for key in keys)
        found[what] = count + int(wrong.sum()), first or at


def noted(place: str, found: Mapping[str, tuple[int, str]], repair: str = COMPARE_AGAIN) -> Iterator[Problem]:
    """Make problems of what ``note`` counted."""
    for what, (count, first) in found.items():
        yield Problem(place, f"{count} rows {what} (first: {first})", repair)

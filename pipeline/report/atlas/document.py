"""Document: everything of one document in one shard: its regions, digits, factor, neighbours and collations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.page import FLAG_MEANINGS, PageFlag, RegionKind
from tablekin.report.atlas.catalogue import functions_of
from tablekin.report.atlas.shards import pack
from tablekin.report.atlas.upright import UprightPage, upright_page
from tablekin.report.misfit_words import verdict_in_words
from tablekin.schemas import FEATURES

BOX = ["x0", "y0", "x1", "y1"]
_LARGEST = 32767  # of a number of two bytes
_KINDS = {kind.value: place for place, kind in enumerate(RegionKind)}
_FEATURE = {name: place for place, name in enumerate(FEATURES)}
_RELATIONS = {
    name: place for place, name in enumerate(("same", "variant", "only_a", "only_b", "not_compared"))
}
_NEAR = ("partner", "rank", "cosine", "z", "dot")
_ALIGNED = (
    *("doc_a", "doc_b", "is_kin", "verdict", "strength", "log_odds_copied"),
    *("same", "variant", "doubtful", "shared_errors", "coverage"),
)
_TEXTS = ("relation", "error_in", "text_a", "text_b", "computed")
_ERRORS = {name: place for place, name in enumerate(("unknown", "none", "a", "b", "both"))}


@dataclass(frozen=True)
class DocumentRows:
    """Rows of one document in the tables of a corpus.

    Attributes
    ----------
    page
        Its row of ``pages``.
    regions, digits, factors, checks, functions, drivers
        Its rows of these tables.
    phi
        ``(features,)``.
    neighbours
        ``partner``, ``rank``, ``cosine``, ``z`` and ``dot``, the nearest first.
    alignments
        Rows of table ``alignments`` that it takes part in.
    collations
        Rows of table ``collations`` whose a it is.
    """

    page: pd.Series
    regions: pd.DataFrame
    digits: pd.DataFrame
    factors: pd.DataFrame
    phi: NDArray[np.float32]
    checks: pd.DataFrame
    functions: pd.DataFrame
    drivers: pd.DataFrame
    neighbours: pd.DataFrame
    alignments: pd.DataFrame
    collations: pd.DataFrame


def frame_of(document: Mapping[str, Any], page: pd.Series, regions: pd.DataFrame) -> UprightPage:
    """Find the upright frame of a document, from its rows of ``documents``, ``pages`` and ``regions``."""
    outside = (float(regions["x0"].min()), float(regions["x1"].max())) if len(regions) else None
    return upright_page(int(document["width"]), int(document["height"]), int(page["orientation"]), outside)


def document_shard(rows: DocumentRows, frame: UprightPage, number: Mapping[str, int]) -> dict[str, Any]:
    """Put together the shard of a document; ``data/README`` of an atlas explains it.

    Parameters
    ----------
    rows
        What the tables say.
    frame
        In which its boxes are written.
    number
        Of each document in the catalogue.
    """
    regions = rows.regions.sort_values("region_id")
    width, height = frame.size
    return {
        "width": width,
        "height": height,
        "page": _page(rows.page, rows.functions),
        "regions": _regions(regions, rows.drivers, frame),
        "digits": _digits(rows.digits, frame),
        "factor": _factor(rows.factors),
        "phi": pack(rows.phi, "f4"),
        "checks": _checks(rows.checks),
        "neighbours": [
            [number[str(partner)], int(rank), _short(cosine, 4), _short(z, 2), _short(dot, 5)]
            for partner, rank, cosine, z, dot in _rows_of(rows.neighbours, _NEAR)
            if str(partner) in number
        ],
        "alignments": _alignments(rows.alignments, str(rows.page["doc_id"]), number),
        "collations": {
            str(number[str(partner)]): _collation(own)
            for partner, own in rows.collations.groupby("doc_b", sort=True)
            if str(partner) in number
        },
    }


def _page(page: pd.Series, functions: pd.DataFrame) -> dict[str, Any]:
    flags = [PageFlag(flag) for flag in page["flags"]]
    return {
        "orientation": int(page["orientation"]),
        "skew": _short(page["skew_degrees"], 2),
        "digit_height": _short(page["digit_height"], 1),
        "is_table": bool(page["is_table"]),
        "flags": [[flag.value.replace("_", " "), FLAG_MEANINGS[flag]] for flag in flags],
        "functions": functions_of(functions),
    }


def _regions(regions: pd.DataFrame, drivers: pd.DataFrame, frame: UprightPage) -> dict[str, Any]:
    shares = dict(zip(drivers["region_id"].tolist(), drivers["share"].tolist(), strict=True))
    share = np.array([shares.get(region, 0.0) for region in regions["region_id"].tolist()])
    texts, printed = regions["text"].fillna("").tolist(), regions["printed"].fillna("").tolist()
    return {
        "id": pack(regions["region_id"], "u2"),
        "kind": pack([_KINDS[kind] for kind in regions["kind"]], "u1"),
        "table": pack(regions["table_id"].fillna(-1), "i2"),
        "row": pack(regions["row"].fillna(-1), "i2"),
        "col": pack(regions["col"].fillna(-1), "i2"),
        "box": pack(frame.place(regions[BOX].to_numpy()), "u2"),
        "confidence": pack(_thousandths(regions["confidence"]), "u2"),
        "share": pack(np.rint(np.clip(share, -1, 1) * 30000), "i2"),
        "text": texts,
        # what was printed is mostly what the digits say
        "printed": {
            str(place): shown
            for place, (shown, text) in enumerate(zip(printed, texts, strict=True))
            if shown != text
        },
    }


def _digits(digits: pd.DataFrame, frame: UprightPage) -> dict[str, Any]:
    return {
        "digit": pack(digits["digit"], "u1"),
        "score": pack(_thousandths(digits["score"]), "u2"),
        "other": pack(digits["other"], "i1"),
        "other_score": pack(_thousandths(digits["other_score"]), "u2"),
        "region": pack(digits["region_id"], "u2"),
        "box": pack(frame.place(digits[BOX].to_numpy()), "u2"),
    }


def _factor(factors: pd.DataFrame) -> dict[str, Any]:
    """Write the factor as whole numbers of two bytes times a scale; what comes out as 0 is left out."""
    relevance = factors["relevance"].to_numpy(np.float64)
    scale = float(np.abs(relevance).max(initial=0.0)) / _LARGEST or 1.0
    value = np.rint(relevance / scale)
    kept = np.flatnonzero(value)
    region = factors["region_id"].to_numpy()[kept]
    feature = factors["feature"].map(_FEATURE).to_numpy()[kept]
    order = np.lexsort((feature, region))
    return {
        "scale": scale,
        "region": pack(region[order], "u2"),
        "feature": pack(feature[order], "u1"),
        "value": pack(value[kept][order], "i2"),
    }


def _checks(checks: pd.DataFrame) -> list[list[Any]]:
    """List the cells that do not say what they should: region, due, residual, kind, what it most likely is."""
    if checks.empty:
        return []
    misfits = checks[checks["p_misprint"] + checks["p_misreading"] > 0].sort_values("region_id")
    return [
        [
            int(one.region_id),
            "" if pd.isna(one.due) else str(one.due),
            _short(one.residual, 1),
            str(one.kind),
            verdict_in_words(one),
        ]
        for one in misfits.itertuples()
    ]


def _alignments(alignments: pd.DataFrame, doc_id: str, number: Mapping[str, int]) -> list[list[Any]]:
    """List the documents it was collated with: number, kin, verdict, strength, and counts of cells."""
    found = []
    for doc_a, doc_b, is_kin, verdict, strength, odds, *counts, coverage in _rows_of(alignments, _ALIGNED):
        partner = str(doc_b if doc_a == doc_id else doc_a)
        if partner in number:
            words = [str(verdict), str(strength), _short(odds, 2)]
            found.append([number[partner], int(is_kin), *words, *map(int, counts), _short(coverage, 3)])
    return sorted(found, key=lambda row: row[0])


def _collation(cells: pd.DataFrame) -> dict[str, Any]:
    """Write the aligned cells of a pair; readings are those of the regions, or of a part of them where they differ."""
    return {
        "a": pack(cells["region_a"], "i2"),
        "b": pack(cells["region_b"], "i2"),
        "place": pack(cells[["table_a", "row_a", "col_a", "table_b", "row_b", "col_b"]].to_numpy(), "i2"),
        "relation": pack([_RELATIONS[one] for one in cells["relation"]], "u1"),
        "confidence": pack(_thousandths(cells["confidence"]), "u2"),
        "error_in": pack([_ERRORS[one] for one in cells["error_in"]], "u1"),
        "texts": [
            [place, str(text_a), str(text_b), str(computed)]
            for place, (relation, error_in, text_a, text_b, computed) in enumerate(_rows_of(cells, _TEXTS))
            if relation == "variant" or error_in in ("a", "b", "both")
        ],
    }


def _rows_of(table: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of some columns as plain values: the tables of a document are small, and there are many."""
    return zip(*(table[name].tolist() for name in columns), strict=True) if len(table) else iter(())


def _thousandths(values: pd.Series) -> NDArray[np.float64]:
    return np.rint(np.clip(np.nan_to_num(values.to_numpy(np.float64, na_value=np.nan)), 0, 1) * 1000)


def _short(value: Any, places: int) -> float | None:
    return None if value is None or pd.isna(value) else round(float(value), places)

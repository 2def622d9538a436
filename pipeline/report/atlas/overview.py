"""Overview: the shard that an atlas is opened with, and that of the history of the corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tablekin.collation import MAX_LOG_ODDS, VARIANT_CRITERIA
from tablekin.config import Similarity
from tablekin.corpus import CorpusStore
from tablekin.kinship import KINSHIP_TERMS
from tablekin.models.specific_similarity import load_specific_similarity
from tablekin.report.atlas.catalogue import Catalogue
from tablekin.report.atlas.findings import headline, nearest_of_all, surprises, verdict_sentences
from tablekin.report.atlas.shards import pack
from tablekin.report.page import CRITERIA as DOUBT
from tablekin.report.relations import RelatedPair
from tablekin.report.terms import COSINE, MATCH, RELATED, SCORE, SPECIFIC, Z, confidence
from tablekin.schemas import SCHEMA_VERSION
from tablekin.version import __version__

FORMAT = 1  # of the shards
_HISTORY = (
    "driver_parts",
    "entropy_over_time",
    "entropy_by_place",
    "clusters",
    "flows",
    "parameters",
    "works",
)
_MAX_ROWS = 4000  # of a table of the history: what a person can look at


@dataclass(frozen=True)
class Overview:
    """What the first shard is made of.

    Attributes
    ----------
    corpus, catalogue
        The corpus and its documents.
    related
        Its related pairs.
    pairs, documents
        Columns that other shards have.
    families
        The families in short.
    names
        Names of the shards of documents and pairs, and the first text of each shard of values.
    images
        What is shown of scans.
    title
        Of the atlas, if the user gave one.
    """

    corpus: CorpusStore
    catalogue: Catalogue
    related: Sequence[RelatedPair]
    pairs: Mapping[str, Sequence[Any]]
    documents: Mapping[str, Sequence[Any]]
    families: Sequence[Mapping[str, Any]]
    names: Mapping[str, list[str]]
    images: str
    title: str | None


def overview_shard(given: Overview) -> dict[str, Any]:
    """Put together the shard ``corpus``."""
    corpus, catalogue = given.corpus, given.catalogue
    record = corpus.read_record()
    title = given.title or corpus.root.resolve().name
    made = str(record.get("finished") or record.get("started") or "")[:10]
    failed = [place for place, reason in enumerate(given.documents["failed"]) if reason is not None]
    return {
        "format": FORMAT,
        "title": title,
        "version": __version__,
        "schema": SCHEMA_VERSION,
        "made": made,
        "command": f"tablekin report {corpus.root.resolve().name}",
        "seed": int(record.get("seed", 0)),
        "cite": _citation(title, made),
        "headline": headline(given.related, catalogue, len(given.families)),
        "sentences": verdict_sentences(given.pairs),
        "surprises": surprises(given.pairs, catalogue),
        "nearest": [] if given.related else nearest_of_all(corpus, catalogue),
        "failed": failed,
        "counts": _counts(given),
        "shards": given.names,
        "images": given.images,
        "similarity": _similarity(record),
        "doubt": DOUBT.min_probability,
        "sure_variant": VARIANT_CRITERIA.min_confidence,
        "max_log_odds": MAX_LOG_ODDS,
        "terms": {
            "cosine": COSINE,
            "specific": SPECIFIC,
            "z": Z,
            "score": SCORE,
            "match": MATCH,
            "related": RELATED,
            "confidence": confidence(VARIANT_CRITERIA.min_confidence),
            "family": KINSHIP_TERMS[0],
            "witness": KINSHIP_TERMS[1],
        },
    }


def _citation(title: str, made: str) -> str:
    year = made[:4] or "n.d."
    return (
        f"“{title}”, an atlas of kinship between numerical tables, made with tablekin {__version__} from an analysis "
        f"of {made or 'unknown date'} ({year})."
    )


def _counts(given: Overview) -> dict[str, int]:
    documents = given.documents
    return {
        "documents": len(documents["doc_id"]),
        "failed": sum(reason is not None for reason in documents["failed"]),
        "with_tables": sum(documents["is_table"]),
        "pairs": _compared(
            len(documents["doc_id"]) - sum(reason is not None for reason in documents["failed"])
        ),
        "related": len(given.related),
        "families": len(given.families),
    }


def _compared(documents: int) -> int:
    return documents * (documents - 1) // 2


def _similarity(record: Mapping[str, Any]) -> dict[str, Any]:
    """Write what the page computes the specific similarity from, and which similarity the corpus was ranked by."""
    specific = load_specific_similarity()
    explain = record.get("config", {}).get("explain", {})
    return {
        "metric": pack(specific.metric.ravel(), "f4"),
        "constant": specific.constant,
        "chosen": explain.get("similarity", Similarity.PAPER.value),
    }


def history_of(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Write the tables of analyze as columns; of a very long one the first rows, with the number of all."""
    found: dict[str, Any] = {}
    for name in _HISTORY:
        table = tables.get(name)
        if table is None:
            continue
        if name == "driver_parts":
            table = table[table["by"] != "document"]  # those stand with the documents
        if name == "works":
            table = table[table["related"] > 0].sort_values(
                ["related", "work_a", "work_b"], ascending=[False, True, True]
            )
        shown = table.head(_MAX_ROWS)
        found[name] = {
            "rows": len(table),
            "columns": {str(column): [_plain(value) for value in shown[column].tolist()] for column in shown},
        }
    return found


def _plain(value: Any) -> Any:
    if value is None or (not isinstance(value, (list, str)) and pd.isna(value)):
        return None
    if isinstance(value, float):
        return float(f"{value:.10g}")
    return value if isinstance(value, (int, str)) else str(value)

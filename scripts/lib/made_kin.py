"""Make kin pairs of a made corpus, as collation would find them, to measure what a large one costs.

Documents that were made of one page have the same cells. They are taken in groups of two, three, four and one, as an
archive has editions; within a group every pair is aligned cell by cell, and a few cells differ, some of them in two
documents alike, so that errors are inherited. That makes one kin pair a document; a sample archive of 60 pages has 0.7.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, cycle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.collation import Relation, cells_fingerprint, collations_fingerprint
from tablekin.config import RunConfig
from tablekin.corpus import CollationProvenance, Comparison, CorpusStore, document_key
from tablekin.provenance import versions
from tablekin.recompute import recomputation_fingerprint
from tablekin.schemas import SCHEMAS, empty

SIZES = (2, 3, 4, 1)  # of groups of editions
_DIFFERING = 0.015  # of its cells in which an edition has an error of its own
_PAIRS_OF_A_PART = 1000


@dataclass(frozen=True)
class Edition:
    """A document and what its cells read.

    Attributes
    ----------
    doc_id
        The document.
    cells
        ``region_id``, ``table_id``, ``row`` and ``col`` of its cells.
    printed
        What they read ``(cells,)``, and what is due in ``due``.
    """

    doc_id: str
    cells: pd.DataFrame
    printed: NDArray[np.object_]
    due: NDArray[np.object_]


def make_kin(folder: Path, config: RunConfig, document_fingerprint: str) -> int:
    """Write tables ``collations`` and ``alignments`` of a made corpus anew; the number of kin pairs."""
    for table in ("collations", "alignments"):
        shutil.rmtree(folder / table, ignore_errors=True)
    corpus = CorpusStore.open(folder)
    known = corpus.read("documents", columns=["doc_id", "sha256"])
    keys = dict(document_key(*row) for row in known.sort_values("doc_id").itertuples(index=False))
    recomputed = recomputation_fingerprint(config, str(versions()["tablekin"]))
    made_from = cells_fingerprint(document_fingerprint, recomputed)
    pairs = sorted(
        (pair for group in _editions(corpus) for pair in combinations(group, 2)),
        key=lambda pair: (pair[0].doc_id, pair[1].doc_id),
    )
    for begin in range(0, len(pairs), _PAIRS_OF_A_PART):
        some = pairs[begin : begin + _PAIRS_OF_A_PART]
        frames = [_collation(a, b) for a, b in some]
        cells = pd.concat(frames, ignore_index=True)
        frame = (
            empty("collations")
            .reindex(range(len(cells)))
            .assign(**{str(name): cells[name] for name in cells})
        )
        rows = [_alignment(frame) for frame in frames]
        named = [((a.doc_id, keys[a.doc_id]), (b.doc_id, keys[b.doc_id])) for a, b in some]
        provenance = CollationProvenance(made_from, dict(zip(named, rows, strict=True)))
        part = f"part-{begin // _PAIRS_OF_A_PART:05d}.parquet"
        corpus.collation_table.write(part, frame[SCHEMAS["collations"].names], provenance)
    compared = corpus.pair_table.made_from()
    assert compared is not None
    collated = collations_fingerprint(made_from, config.collate.neighbours)
    corpus.alignment_table.replace(
        [corpus.collation_table.alignments()], Comparison(collated, compared.compared)
    )
    return len(pairs)


def _editions(corpus: CorpusStore) -> Iterator[list[Edition]]:
    """Take documents that were made of one page together, in groups of the sizes, each copied from the one before."""
    made_of: dict[int, list[str]] = {}
    cells_of: dict[int, pd.DataFrame] = {}
    for batch in corpus.batches(
        {"regions": ["doc_id", "region_id", "kind", "table_id", "row", "col", "text"]}
    ):
        for doc, regions in batch["regions"].to_pandas().groupby("doc_id", sort=True):
            cells = regions[regions["kind"] == "cell"]
            page = hash(tuple(cells["text"].fillna("")))
            cells_of.setdefault(page, cells)
            made_of.setdefault(page, []).append(str(doc))
    rng, sizes = np.random.default_rng(0), cycle(SIZES)
    for page, docs in made_of.items():
        cells, begin = cells_of[page], 0
        due = cells["text"].fillna("").to_numpy(object)
        while begin < len(docs) and len(cells):
            group = docs[begin : begin + next(sizes)]
            begin += len(group)
            printed, editions = due, []
            for doc in group:
                printed = _with_errors(printed, rng)
                editions.append(Edition(doc, cells, printed, due))
            yield editions


def _with_errors(texts: NDArray[np.object_], rng: np.random.Generator) -> NDArray[np.object_]:
    """Print texts again, some with another last digit."""
    printed = texts.copy()
    for place in np.flatnonzero(rng.random(len(texts)) < _DIFFERING):
        printed[place] = f"{texts[place][:-1]}{rng.integers(10)}"
    return printed


def _collation(a: Edition, b: Edition) -> pd.DataFrame:
    errs = np.stack([edition.printed != edition.due for edition in (a, b)])
    return pd.DataFrame(
        {
            "doc_a": a.doc_id,
            "doc_b": b.doc_id,
            **{
                f"{name}_{side}": a.cells[f"{name}_id" if name in ("region", "table") else name].to_numpy()
                for side in "ab"
                for name in ("region", "table", "row", "col")
            },
            "text_a": a.printed,
            "text_b": b.printed,
            "relation": np.where(a.printed == b.printed, "same", "variant"),
            "relevance": 1.0,
            "confidence": 0.97,
            "computed": a.due,
            "error_in": np.array(["none", "a", "b", "both"])[errs[0] + 2 * errs[1]],
        }
    )


def _alignment(cells: pd.DataFrame) -> dict[str, Any]:
    """Make the columns of an alignment from its cells: a copy, with near certainty."""
    row: dict[str, Any] = {}
    for field in list(SCHEMAS["alignments"])[2:]:
        row[field.name] = "" if str(field.type) == "string" else 0
    same = int((cells["relation"] == "same").sum())
    errors = int((cells["error_in"] == "both").sum())
    return row | {
        "is_kin": True,
        "same": same,
        "variant": len(cells) - same,
        "compared": len(cells),
        "agreeing": same,
        "tables": 1,
        "log_odds_copied": 9.0,
        "verdict": str(Relation.COPIED),
        "strength": "strong",
        "shared_errors": errors,
        "coverage": 1.0,
    }

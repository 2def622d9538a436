"""Trees: the stemmata that collation tells of, held against the true trees of a sample archive."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

import pandas as pd
from evaluate_collation import documents

from tablekin.collation import Witness, collate, keep_significant, to_frame
from tablekin.corpus import CorpusStore
from tablekin.dating import Years
from tablekin.kinship.rooting import infer_rooted_stemma
from tablekin.kinship.stemma import CRITERIA, Split, infer_stemma, normalized
from tablekin.kinship.variant_table import build_variant_table
from tablekin.sample import read_truth
from tablekin.schemas import empty

_FEWEST = 4  # editions of which a tree has a branch that could be wrong


def true_branches(parents: Mapping[str, str | None], present: Sequence[str]) -> set[Split]:
    """List the divisions of some editions that the steps from parent to child make, at least two on each side.

    An edition may be an ancestor of others; it then belongs to the side of its own step on which it stands.
    """
    found = set()
    for child, parent in parents.items():
        split = {edition for edition in present if child in _line(edition, parents)}
        if isinstance(parent, str) and 2 <= len(split) <= len(present) - 2:
            found.add(normalized(split, tuple(sorted(present))))
    return found


def _line(edition: str | None, parents: Mapping[str, str | None]) -> Iterator[str]:
    while isinstance(edition, str):
        yield edition
        edition = parents[edition]


def _nearest(edition: str, parents: Mapping[str, str | None], present: Collection[str]) -> str | None:
    """Give what an edition was copied from, or the nearest ancestor that was read, where that was not."""
    return next((one for one in _line(parents[edition], parents) if one in present), None)


def collate_printed(archive: Path) -> pd.DataFrame:
    """Collate every two editions of a work as they are printed; rows of table ``collations``."""
    truth = read_truth(archive, "documents").set_index("doc")
    pairs = [
        (archive, a, b)
        for a, b in itertools.combinations(sorted(_printed(archive)), 2)
        if truth.at[a, "work"] == truth.at[b, "work"] and truth.at[a, "edition"] != truth.at[b, "edition"]
    ]
    with ProcessPoolExecutor() as pool:
        tables = list(pool.map(_collate_two, pairs, chunksize=8))
    return pd.concat([empty("collations"), *(table for table in tables if len(table))])


@lru_cache(maxsize=1)
def _printed(archive: Path) -> dict[str, Witness]:
    return {doc: page.witness for doc, page, _ in documents(archive, None)}


def _collate_two(pair: tuple[Path, str, str]) -> pd.DataFrame:
    archive, a, b = pair
    witnesses = _printed(archive)
    return to_frame(keep_significant(collate(witnesses[a], witnesses[b]))).assign(doc_a=a, doc_b=b)


def read_collations(corpus: CorpusStore) -> pd.DataFrame:
    """Read table ``collations`` with the names that the truth has for the documents: those of their scans."""
    rows = corpus.read("documents", columns=["doc_id", "source"])
    names = dict(zip(rows["doc_id"], rows["source"].map(lambda source: Path(source).stem), strict=True))
    collations = corpus.read("collations")
    return collations.assign(doc_a=collations["doc_a"].map(names), doc_b=collations["doc_b"].map(names))


def score_trees(archive: Path, collations: pd.DataFrame) -> pd.DataFrame:
    """Compare the tree of every work with the true one.

    Returns
    -------
    DataFrame
        A row for each work with at least four editions that were compared: how many ``editions``, ``places`` and
        ``variants``; how many branches the tree truly has (``true``), how many were ``claimed`` and are ``right``;
        the ``steps`` claimed, those of them that are right (``steps_right``: from the nearest ancestor that was read),
        those from any ancestor, and those turned round; ``thin``, those with a place less than enough for them, and
        ``thin_right``; ``distance``, the share of the
        branches of both trees that only one has (Robinson and Foulds, 1981), 0 where neither has any; ``branches``,
        the probability of each that the errors of its witnesses tell of, and whether it is true.
    """
    truth = read_truth(archive, "documents").set_index("doc")
    tree = read_truth(archive, "tree")
    rows = []
    for work, editions in tree.groupby("work"):
        own = {doc: edition for doc, edition in truth["edition"].items() if truth.at[doc, "work"] == work}
        cells = collations[collations["doc_a"].isin(own.keys()) & collations["doc_b"].isin(own.keys())]
        compared = {own[doc] for doc in {*cells["doc_a"], *cells["doc_b"]}}
        if len(compared) < _FEWEST:
            continue
        tradition = build_variant_table(
            cells, {doc: edition for doc, edition in own.items() if edition in compared}
        )
        dates = {
            edition: Years(int(year), int(year))
            for edition, year in zip(editions["edition"], editions["year"], strict=True)
        }
        rooted = infer_rooted_stemma(tradition, dates)
        stemma = rooted or infer_stemma(tradition.witnesses, tradition.readings)
        parent_of = dict(zip(editions["edition"], editions["parent"], strict=True))
        true = true_branches(
            dict(zip(editions["edition"], editions["parent"], strict=True)), sorted(compared)
        )
        claimed = {branch.split for branch in stemma.branches}
        thin = {branch.split for branch in stemma.doubtful if 0 < branch.alone < CRITERIA.min_places}
        rows.append(
            {
                "work": work,
                "editions": len(compared),
                "places": len(tradition.readings),
                "variants": len(tradition.variants()),
                "true": len(true),
                "claimed": len(claimed),
                "right": len(claimed & true),
                "thin": len(thin),
                "thin_right": len(thin & true),
                "steps": len(stemma.steps),
                "steps_right": sum(
                    _nearest(step.child, parent_of, compared) == step.parent for step in stemma.steps
                ),
                "steps_from_ancestors": sum(
                    step.parent in set(_line(step.child, parent_of)) for step in stemma.steps
                ),
                "steps_reversed": sum(parent_of[step.parent] == step.child for step in stemma.steps),
                "distance": len(claimed ^ true) / max(len(claimed) + len(true), 1),
                "branches": [
                    (branch.probability, branch.split in true)
                    for branch in (*stemma.branches, *stemma.doubtful)
                    if branch.probability is not None
                ],
            }
        )
    return pd.DataFrame(rows)


_LEAST = (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)  # probability


def by_probability(branches: Iterable[tuple[float, bool]]) -> pd.DataFrame:
    """Count the branches that have at least a probability, and those of them that are right."""
    known = pd.DataFrame([*branches], columns=["probability", "right"])
    rows = [known[known["probability"] >= least]["right"].astype(int) for least in _LEAST]
    return pd.DataFrame(
        {"branches": [len(row) for row in rows], "right": [row.sum() for row in rows]},
        index=pd.Index(_LEAST, name="probability"),
    )

"""OnePair: score and matches of a pair that the tables do not keep, computed when somebody asks for it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tablekin.config import ExplainConfig
from tablekin.corpus import CorpusStore
from tablekin.explain.factor_index import FACTOR_TABLES, FactorIndex, load_factors
from tablekin.explain.kept_scores import KeptScores, errors_of
from tablekin.explain.matches import match_pairs
from tablekin.explain.ranking import Ranking
from tablekin.schemas import SCHEMAS

_FIRST, _SECOND = np.array([0]), np.array([1])


def score_pair(corpus: CorpusStore, doc_a: str, doc_b: str) -> pd.DataFrame:
    """Make the row of table ``pairs`` of two documents, ``doc_a < doc_b``, as it would be; ranks are missing.

    Parameters
    ----------
    corpus
        Its tables are up to date and keep some of all pairs.
    doc_a, doc_b
        The documents.
    """
    factors = _load(corpus, doc_a, doc_b)
    known = corpus.read("nearest", [doc_a, doc_b], ["doc_id", "median", "deviation"]).set_index("doc_id")
    usual = known.loc[factors.documents]
    nobody = np.zeros((2, 0), np.int32)
    ranking = Ranking(usual["median"].to_numpy(), usual["deviation"].to_numpy(), nobody)
    documents = corpus.nearest_table.count()
    scores = KeptScores(factors.names, factors.phi, ranking, factors.similarity, documents)
    error = errors_of(factors.sums, _FIRST, _SECOND, scores.dots(_FIRST, _SECOND))
    return scores.table(_FIRST, _SECOND, error).cast(SCHEMAS["pairs"]).to_pandas()


def match_pair(corpus: CorpusStore, doc_a: str, doc_b: str, dot: float) -> pd.DataFrame:
    """Make the rows of table ``matches`` of two documents, ``doc_a < doc_b``; ``dot`` is that of the pair."""
    count = _settings(corpus).matches_per_pair
    found = match_pairs(_load(corpus, doc_a, doc_b), _FIRST, _SECOND, np.array([dot], np.float32), count)
    return found.cast(SCHEMAS["matches"]).to_pandas()


def _load(corpus: CorpusStore, doc_a: str, doc_b: str) -> FactorIndex:
    names = pa.array([doc_a, doc_b], pa.string())
    batches = (
        {name: rows.filter(pc.is_in(rows["doc_id"], names)) for name, rows in batch.items()}
        for batch in corpus.batches(FACTOR_TABLES, {doc_a, doc_b})
    )
    return load_factors(batches, _settings(corpus).similarity)


def _settings(corpus: CorpusStore) -> ExplainConfig:
    """Read what the pairs of a corpus were explained with; the defaults where its record does not say it."""
    return ExplainConfig.model_validate(corpus.read_record().get("config", {}).get("explain", {}))

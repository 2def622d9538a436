"""Which pairs of a corpus are collated."""

import numpy as np
import pandas as pd

from tablekin.collation.candidates import find_candidates, pairs_by_ngrams

NAMES = [f"page{number}" for number in range(5)]


class Shelf:
    """What of a corpus is read: pages, documents, nearest pairs, and the cells of ``texts``."""

    def __init__(self, texts=None, near=(), without_table=(), by_hand=(), corrected=()):
        self.texts, self.near, self.without_table = texts or {}, near, without_table
        self.by_hand, self.corrected = by_hand, corrected
        self.corrected_readings = self

    def digests(self):
        return dict.fromkeys(self.corrected, "corrected")

    def documents(self):
        return dict.fromkeys(self.corrected, 1)

    def read(self, table, columns):
        if table == "pages":
            flags = [["written_by_hand"] if name in self.by_hand else [] for name in NAMES]
            is_table = [name not in self.without_table for name in NAMES]
            return pd.DataFrame({"doc_id": NAMES, "is_table": is_table, "flags": flags})[columns]
        return pd.DataFrame({"doc_id": NAMES, "sha256": [f"digest of {name}" for name in NAMES]})[columns]

    def read_nearest_pairs(self, neighbours):
        return pd.DataFrame(list(self.near) if neighbours else [], columns=["doc_a", "doc_b"])

    def batches(self, tables):
        cells = [
            (name, "cell", 0, row, 0, text)
            for name, texts in self.texts.items()
            for row, text in enumerate(texts)
        ]

        class Table:
            @staticmethod
            def to_pandas():
                return pd.DataFrame(cells, columns=["doc_id", "kind", "table_id", "row", "col", "text"])

        yield {"regions": Table}


def candidates(corpus, neighbours=2):
    return {(a, b) for (a, _), (b, _) in find_candidates(corpus, neighbours)}


def column(seed):
    return np.random.default_rng(seed).integers(1000, 9999, 12).astype(str).tolist()


def test_the_nearest_by_either_measure_are_candidates():
    texts = {name: column(seed) for seed, name in enumerate(NAMES)}
    texts["page4"] = texts["page1"]
    assert candidates(Shelf(texts, [("page0", "page3")])) == {("page0", "page3"), ("page1", "page4")}
    assert candidates(Shelf(texts, [("page0", "page3")]), 0) == set()


def test_pages_without_tables_are_none():
    corpus = Shelf(near=[("page0", "page3"), ("page1", "page2")], without_table=["page3"])
    assert candidates(corpus) == {("page1", "page2")}


def test_pages_written_by_hand_are_none_until_they_are_corrected():
    near = [("page0", "page3"), ("page1", "page2")]
    assert candidates(Shelf(near=near, by_hand=["page2", "page3"])) == set()
    corrected = Shelf(near=near, by_hand=["page2", "page3"], corrected=["page3"])
    assert candidates(corrected) == {("page0", "page3")}


def test_a_pair_is_named_in_order_and_so_are_runs_that_both_have():
    texts = {"page3": column(1), "page2": column(1)}
    assert set(pairs_by_ngrams(Shelf(texts), 1)) == {("page2", "page3")}

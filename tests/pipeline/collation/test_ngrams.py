import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from tablekin.collation.ngrams import digit_ngrams, nearest_by_ngrams, tf_idf

COLUMNS = ["doc_id", "table_id", "row", "col", "text"]


def table(name, rows, number=0):
    """Cells of a table from lists of texts."""
    return [
        (name, number, row, col, text) for row, texts in enumerate(rows) for col, text in enumerate(texts)
    ]


def frame(*tables):
    return pd.DataFrame([cell for cells in tables for cell in cells], columns=COLUMNS)


def number(rows, cols, seed, digits=4):
    rng = np.random.default_rng(seed)
    return [["".join(map(str, rng.integers(0, 10, digits))) for _ in range(cols)] for _ in range(rows)]


def terms_by_hand(rows):
    """Five digits in a row or column, and the last two digits of three cells, by slicing strings."""
    found = set()
    for lines in (rows, list(zip(*rows, strict=True))):
        for line in lines:
            text = "".join(line)
            found |= {text[k : k + 5] for k in range(len(text) - 4)}
            ends = [int(cell[-2:]) for cell in line if cell]
            found |= {tuple(ends[k : k + 3]) for k in range(len(ends) - 2)}
    return {term for term in found if len(set(term)) > 1}


def test_weights_and_cosines_are_those_of_terms_found_by_slicing_strings():
    pages = {f"page{seed}": number(4, 3, seed % 3, digits=2 + seed % 2) for seed in range(5)}
    pages["page3"][1][1] = ""
    names = sorted(pages)
    cells = frame(*(table(name, rows) for name, rows in pages.items()))
    vectors = tf_idf(digit_ngrams(cells, names), len(names))
    terms = {name: terms_by_hand(rows) for name, rows in pages.items()}
    frequency = Counter(term for found in terms.values() for term in found)
    weight = {term: math.log(1 + len(names) / count) for term, count in frequency.items()}
    norm = {name: math.sqrt(sum(weight[term] ** 2 for term in found)) for name, found in terms.items()}
    got = (vectors @ vectors.T).toarray()
    for i, a in enumerate(names):
        for j, b in enumerate(names):
            dot = sum(weight[term] ** 2 for term in terms[a] & terms[b])
            assert got[i, j] == pytest.approx(dot / (norm[a] * norm[b]), abs=1e-6)


def test_a_copy_is_nearest_whether_its_columns_are_joined_split_or_turned():
    rows = number(12, 4, seed=1)
    joined = [[a + b, c, d] for a, b, c, d in rows]
    split = [[a[:2], a[2:], b, c, d] for a, b, c, d in rows]
    turned = [list(column) for column in zip(*rows, strict=True)]
    pages = {"a": rows, "joined": joined, "split": split, "turned": turned}
    pages |= {f"other{seed}": number(12, 4, seed) for seed in range(2, 30)}
    names = sorted(pages)
    vectors = tf_idf(
        digit_ngrams(frame(*(table(name, own) for name, own in pages.items())), names), len(names)
    )
    near = {}
    for one, other, cosine in nearest_by_ngrams(vectors, 3):
        near.setdefault(names[one], []).append((names[other], cosine))
    copies = {"a", "joined", "split", "turned"}
    for name in copies:
        assert {other for other, _ in near[name]} == copies - {name}
        assert all(cosine > 0.3 for _, cosine in near[name])
    assert max(cosine for name in near.keys() - copies for _, cosine in near[name]) < 0.1


def test_two_tables_of_a_page_and_two_lines_of_a_table_are_not_one():
    cells = frame(table("a", [["12", "34"], ["51", "23"]]), table("a", [["45", "12"]], number=1))
    doc, term = digit_ngrams(cells, ["a"])
    assert len(term) == 0
    assert len(doc) == 0


def test_a_run_that_many_documents_have_counts_nothing_and_a_page_without_any_has_no_neighbour():
    common, names = number(6, 3, seed=5), [f"page{k:04d}" for k in range(1100)]
    cells = frame(*(table(name, common) for name in names[:200]), table(names[300], number(6, 3, seed=6)))
    vectors = tf_idf(digit_ngrams(cells, names), len(names))
    assert not list(nearest_by_ngrams(vectors, 5))
    few = tf_idf(digit_ngrams(cells, names[:301]), 301)  # still more than a hundred
    assert not list(nearest_by_ngrams(few, 5))
    handful = frame(*(table(name, common) for name in names[:3]))
    found = list(nearest_by_ngrams(tf_idf(digit_ngrams(handful, names[:3]), 3), 5))
    assert [(one, other) for one, other, _ in found] == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    assert all(cosine == pytest.approx(1) for _, _, cosine in found)


def test_the_nearest_are_those_of_all_cosines_sorted():
    rng = np.random.default_rng(9)
    documents, terms = 60, 400
    occurrences = np.unique(
        rng.integers(0, documents, 900) * terms + rng.integers(0, terms, 900) ** 2 // terms
    )
    doc, term = np.divmod(occurrences.astype(np.int32), terms)
    shuffled = np.argsort(rng.permutation(documents)[doc], kind="stable")  # as batches come, each by document
    vectors = tf_idf((doc[shuffled], term[shuffled]), documents)
    cosines = (vectors @ vectors.T).toarray()
    np.fill_diagonal(cosines, 0)
    expected = []
    for one, row in enumerate(cosines):
        best = np.argsort(-row, kind="stable")[:4]
        expected += [(one, other, row[other]) for other in best.tolist() if row[other] > 0]
    assert list(nearest_by_ngrams(vectors, 4)) == expected

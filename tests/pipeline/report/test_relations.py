"""What is said of related documents follows from the tables."""

from pathlib import Path

import pandas as pd
import pytest

from tablekin.corpus import CorpusLayout
from tablekin.report.relations import describe_relations, find_relations

DOCUMENTS = pd.DataFrame(
    [("a", "a.png", "Tabulae", "c. 1550"), ("b", "b.png", "Canon", "1524"), ("c", "c d.png", None, None)]
    + [(f"n{k:02d}", f"n{k}.png", None, None) for k in range(12)],
    columns=["doc_id", "source", "work", "year"],
)
ROW = {
    "is_kin": True,
    "same": 30,
    "variant": 2,
    "doubtful": 1,
    "verdict": "copied",
    "strength": "strong",
    "log_odds_copied": 5.0,
    "shared_errors": 1,
    "evidence": 50.0,
}
PAIRS = pd.DataFrame(
    [
        {"doc_a": "a", "doc_b": "b", **ROW},
        {
            "doc_a": "a",
            "doc_b": "c",
            **ROW,
            "verdict": "same function",
            "log_odds_copied": -3.0,
            "evidence": 80.0,
        },
        {
            "doc_a": "b",
            "doc_b": "c",
            **ROW,
            "verdict": "same function",
            "log_odds_copied": 0.0,
            "shared_errors": 0,
        },
        {"doc_a": "c", "doc_b": "d", **ROW, "is_kin": False},
    ]
)


class Study:
    """A corpus of these tables."""

    root = Path("my corpus")
    layout = CorpusLayout(root)

    def __init__(self, pairs=PAIRS):
        self.pairs = pairs

    def read(self, table, doc_ids=None, columns=None):
        if table == "documents":
            return DOCUMENTS[DOCUMENTS["doc_id"].isin(doc_ids)]
        kept = self.pairs
        if doc_ids is not None:
            kept = kept[kept["doc_a"].isin(doc_ids) & kept["doc_b"].isin(doc_ids)]
        return kept[columns]

    def read_nearest_pairs(self, neighbours, columns):
        near = pd.DataFrame({"doc_a": ["a", "b"], "doc_b": ["b", "c"], "cosine": [0.8, 0.9], "z": [3.0, 1.0]})
        return near[columns]


def test_pairs_are_listed_by_evidence_the_earlier_document_first():
    related = find_relations(Study())
    assert [(pair.doc_a, pair.doc_b, pair.is_dated) for pair in related] == [
        ("a", "c", False),
        ("b", "a", True),  # 1524 is before whatever c. 1550 may mean
        ("b", "c", False),
    ]
    assert [pair.relation for pair in related] == [
        "one function, computed by two authors (strong)",
        "copied, one from the other or both from a third (strong)",
        "the same numbers, whether copied is open",
    ]
    assert str(related[1]) == (
        "b (Canon, 1524) and a (Tabulae, c. 1550): copied, one from the other or both from a third (strong); the first "
        "is the earlier; 30 of 33 cells agree, 2 differ in print, 1 error in both"
    )
    assert len(find_relations(Study(), {"a", "b"})) == 1


def test_the_list_ends_with_commands_that_name_the_first_pair():
    study = Study()
    lines = list(describe_relations(study, find_relations(study), [("kinship", "families")]))
    assert lines[0] == "related documents, by collation: 3 pairs"
    assert lines[1] == "  3 documents: a, b, c"
    assert lines[2].startswith("    a (Tabulae, c. 1550) and c (c d.png)")
    assert lines[3].startswith("    b (Canon, 1524) and a (Tabulae, c. 1550)")
    assert lines[4] == "    and 1 more pair among them"  # of b and c, who are joined by a
    begin = lines.index("what to do next:")
    commands = [line.partition("  #")[0].strip() for line in lines[begin + 1 :]]
    assert commands == [
        "tablekin collate 'my corpus' a c",
        "tablekin show 'my corpus' a c --image pair.png",
        "tablekin similar 'my corpus' c",
        "tablekin kinship 'my corpus'",
    ]


def test_of_very_many_the_closest_are_listed_and_the_rest_counted():
    pairs = [{"doc_a": "a", "doc_b": f"n{k:02d}", **ROW, "evidence": 100.0 - k} for k in range(8)]
    pairs += [{"doc_a": f"n{k:02d}", "doc_b": f"n{k + 1:02d}", **ROW, "evidence": 30.0} for k in range(7)]
    pairs += [{"doc_a": "b", "doc_b": "n11", **ROW, "evidence": 1.0}]
    study = Study(pd.DataFrame(pairs))
    lines = list(describe_relations(study, find_relations(study)))
    assert lines[:2] == [
        "related documents, by collation: 16 pairs, in 2 groups",
        "  9 documents: a, n00, n01, n02 and 5 more",
    ]
    assert [line.split(" (")[0].strip() for line in lines[2:7]] == ["a"] * 5
    assert [line.partition(" and ")[2].split(" ")[0] for line in lines[2:7]] == [
        f"n{k:02d}" for k in range(5)
    ]
    assert lines[7] == "    and 10 more pairs among them"
    assert lines[8].startswith("    b (Canon, 1524) and n11")
    assert lines[9] == f"  all of them: the table {Path('my corpus') / 'alignments'}"


def test_where_nothing_is_related_the_nearest_are_named():
    study = Study(PAIRS[~PAIRS["is_kin"]])
    lines = list(describe_relations(study, find_relations(study)))
    assert lines[0] == "no two documents are related, by collation"
    assert "a (Tabulae, c. 1550) and b (Canon, 1524): cosine 0.800, z 3.0" in lines[1]
    assert any("tablekin show 'my corpus' a b" in line for line in lines)


@pytest.mark.parametrize("further", [(), [("analyze", "clusters")]])
def test_further_commands_take_the_corpus_alone(further):
    study = Study()
    lines = list(describe_relations(study, find_relations(study), further))
    assert any(line.startswith("  tablekin analyze 'my corpus'") for line in lines) == bool(further)

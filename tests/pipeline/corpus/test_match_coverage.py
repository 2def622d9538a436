import numpy as np

from tablekin.corpus import Coverage, MatchProvenance, survey


def test_coverage_comes_back_from_a_file_and_overlaps_are_found():
    rng = np.random.default_rng(0)
    documents = [(f"doc{number}", f"{number:016x}") for number in range(7)]
    pairs = np.triu(rng.random((7, 7)) < 0.5, 1)
    coverage = Coverage.of(documents, documents, pairs)
    again = Coverage.from_text(coverage.to_text())
    assert (again.rows, again.columns) == (coverage.rows, coverage.columns)
    assert (again.pairs == coverage.pairs).all()
    assert MatchProvenance.of_seal(MatchProvenance("config", coverage).seal()).fingerprint == "config"
    parts = [
        ("one", MatchProvenance("config", coverage)),
        ("copy", MatchProvenance("config", again)),
        ("none", None),
    ]
    found = survey([*parts, ("other", MatchProvenance("else", coverage))], documents, "config")
    assert found.obsolete == ["copy", "none", "other"]
    assert (found.missing == (np.triu(np.ones((7, 7), bool), 1) & ~pairs)).all()
    left = [document for document in documents if document[0] != "doc3"]
    assert survey(parts[:1], left, "config").partial == {"one": {documents[3]}}


def test_a_part_is_trimmed_of_documents_and_forgets_those_that_are_left_alone():
    documents = [("a", "1"), ("b", "2"), ("c", "3")]
    coverage = Coverage.of(documents, documents, np.triu(np.ones((3, 3), bool), 1))
    left = coverage.without([("b", "2")])
    assert (left.rows, left.columns) == ((("a", "1"),), (("c", "3"),))
    assert left.pairs.tolist() == [[True]]
    assert not left.without([("a", "1")]).documents()

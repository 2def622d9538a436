import pytest

from tablekin.corpus import CollationProvenance, alignments_of, take_inventory
from tablekin.schemas import SCHEMAS, PartKey

A, B, C = (("a", "1"), ("b", "2"), ("c", "3"))  # documents with digests of their scans
COUNTS = SCHEMAS["alignments"].names[2:]


def row(number):
    return dict.fromkeys(COUNTS, number)


@pytest.fixture
def known():
    return CollationProvenance("config", {(A, B): row(1), (B, C): row(2)})


def test_it_comes_back_from_the_metadata_of_a_file(known):
    seal = known.seal()
    assert {*seal} == {PartKey.FINGERPRINT, PartKey.COLLATED}
    assert CollationProvenance.of_seal(seal) == known


def test_other_pairs_are_left_out(known):
    assert known.only({(B, C), (A, C)}).pairs == {(B, C): row(2)}


def test_what_is_missing_obsolete_and_partial_is_found_and_each_pair_is_taken_once(known):
    changed = ("c", "4")
    wanted = {(A, B), (A, C), (B, changed)}
    again = CollationProvenance("config", {(A, B): row(3)})
    other = CollationProvenance("else", {(A, C): row(4)})
    found = take_inventory(
        [("one", known), ("two", again), ("three", other), ("none", None)], wanted, "config"
    )
    assert found.missing == {(A, C), (B, changed)}
    assert found.partial == {"one": {(A, B)}}
    assert found.obsolete == ["two", "three", "none"]
    assert not found.is_done()
    assert take_inventory([("one", known)], set(known.pairs), "config").is_done()


def test_alignments_sum_up_all_parts_in_the_order_of_their_documents(known):
    other = CollationProvenance("config", {(A, C): row(5)})
    found = alignments_of([CollationProvenance("config", {(B, C): row(2)}), other, known.only({(A, B)})])
    assert found[["doc_a", "doc_b"]].to_numpy().tolist() == [["a", "b"], ["a", "c"], ["b", "c"]]
    assert found["same"].tolist() == [1, 5, 2]
    assert list(alignments_of([]).columns) == SCHEMAS["alignments"].names

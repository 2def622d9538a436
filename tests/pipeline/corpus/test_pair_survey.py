import numpy as np
import pytest

from tablekin.corpus import MatchProvenance, PairList, pair_keys, pairs_of_keys, survey, survey_pairs
from tablekin.corpus.match_coverage import Coverage, read_coverage

DOCUMENTS = [(name, name.upper()) for name in "abcde"]


def keys(*pairs):
    a, b = np.array([["abcde".index(name) for name in pair] for pair in pairs], np.int64).reshape(-1, 2).T
    return np.sort(pair_keys(a, b, 5))


def part(*pairs, fingerprint="now"):
    return MatchProvenance(fingerprint, PairList.of(DOCUMENTS, *pairs_of_keys(keys(*pairs), 5)))


def surveyed(parts, *wanted):
    return survey_pairs(parts.items(), DOCUMENTS, "now", keys(*wanted))


def test_a_list_of_pairs_is_read_as_it_was_written():
    listed = part("ab", "ae", "ce").coverage
    assert read_coverage(listed.to_text()).documents() == listed.documents() == {*DOCUMENTS} - {("d", "D")}
    for found, expected in zip(read_coverage(listed.to_text()).listed(), listed.listed(), strict=True):
        assert found.tolist() == expected.tolist()
    assert listed.has(np.array([0, 1, 1]), np.array([0, 0, 1])).tolist() == [True, False, True]


def test_a_list_that_names_what_it_has_not_is_refused():
    text = PairList(tuple(DOCUMENTS[:1]), tuple(DOCUMENTS[1:2]), np.array([0]), np.array([1])).to_text()
    with pytest.raises(ValueError, match="not named"):
        read_coverage(text)


def test_pairs_that_no_part_has_are_missing_and_others_are_not_wanted():
    found = surveyed({"one": part("ab", "ac"), "other": part("de")}, "ab", "bc", "de")
    assert found.missing.tolist() == keys("bc").tolist()
    assert found.partial["one"].tolist() == [True, False]
    assert (found.obsolete, found.used, found.is_done()) == ([], 2, False)


def test_parts_of_another_config_or_with_pairs_of_others_alone_are_obsolete():
    parts = {"old": part("ab", fingerprint="then"), "none": None, "one": part("ab"), "again": part("ab")}
    found = surveyed(parts, "ab")
    assert found.obsolete == ["old", "none", "again"]
    assert not len(found.missing)


def test_documents_that_are_gone_or_changed_cost_their_pairs():
    made_from = part("ab", "bc")
    found = survey_pairs(
        [("one", made_from)], [*DOCUMENTS[:2], ("c", "new")], "now", np.array([3 * 1 + 0, 3 * 2 + 1])
    )
    assert found.partial["one"].tolist() == [True, False]
    assert found.missing.tolist() == [3 * 2 + 1]
    left = made_from.coverage.without({DOCUMENTS[2]})
    assert left.documents() == {*DOCUMENTS[:2]}


def test_a_block_of_pairs_and_a_list_of_them_are_surveyed_alike():
    block = Coverage(tuple(DOCUMENTS[:2]), tuple(DOCUMENTS[2:4]), np.array([[True, False], [True, True]]))
    found = surveyed({"block": MatchProvenance("now", block)}, "ac", "bd", "ce")
    assert found.partial["block"].tolist() == [True, False, True]
    assert block.only(found.partial["block"]).documents() == {*DOCUMENTS[:4]}
    everything = survey([("list", part("ab", "ce"))], DOCUMENTS, "now")
    assert everything.missing.sum() == 8
    assert not everything.missing[0, 1] and not everything.missing[2, 4]

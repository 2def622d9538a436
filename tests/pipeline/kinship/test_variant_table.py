import numpy as np
import pandas as pd

from tablekin.kinship.variant_table import build_variant_table


def collated(readings, confidence=0.9, skip=(), doubt=()):
    """Rows of ``collations`` of witnesses ``{name: [text of each place]}``, every two of them."""
    rows = []
    names = sorted(readings)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            for place, (one, other) in enumerate(zip(readings[a], readings[b], strict=True)):
                if one is None or other is None or (a, b) in skip:
                    continue
                sure = 0.1 if (a, place) in doubt or (b, place) in doubt else confidence
                rows.append((a, b, place, place, one, other, "same" if one == other else "variant", sure))
    columns = ["doc_a", "doc_b", "region_a", "region_b", "text_a", "text_b", "relation", "confidence"]
    return pd.DataFrame(rows, columns=columns).assign(error_in="unknown")


def own(readings):
    return {name: name for name in readings}


def by_place(tradition):
    """Readings by the region that every witness of a place has."""
    found = {}
    for row, cells in zip(tradition.readings, tradition.cells, strict=True):
        [region] = {region for _, region in cells.values()}
        found[region] = row.tolist()
    return found


def test_readings_are_counted_from_that_of_most_and_a_lacking_one_is_minus_one():
    readings = {
        "a": ["11", "20", None],
        "b": ["11", "20", "7"],
        "c": ["11", "29", "7"],
        "d": ["17", "29", "7"],
        "e": ["17", "20", "8"],
    }
    found = by_place(build_variant_table(collated(readings), own(readings)))
    assert found == {0: [0, 0, 0, 1, 1], 1: [0, 0, 1, 1, 0], 2: [-1, 0, 0, 0, 1]}


def test_witnesses_that_were_not_collated_with_one_another_meet_through_others():
    readings = {name: ["11", "20"] for name in "abcd"}
    skip = {("a", "c"), ("a", "d"), ("b", "d")}  # a chain
    assert by_place(build_variant_table(collated(readings, skip=skip), own(readings))) == {
        0: [0] * 4,
        1: [0] * 4,
    }


def test_a_reading_whose_difference_is_not_sure_is_in_doubt():
    readings = {"a": ["11"], "b": ["11"], "c": ["11"], "d": ["17"]}
    tradition = build_variant_table(collated(readings, doubt={("d", 0)}), own(readings))
    assert by_place(tradition) == {0: [0, 0, 0, -1]}
    assert len(tradition.variants()) == 0
    # two readings of two witnesses each, all differences unsure: which is right cannot be told
    readings = {"a": ["11"], "b": ["11"], "c": ["17"], "d": ["17"]}
    rows = collated(readings)
    rows.loc[rows["relation"] == "variant", "confidence"] = 0.1
    assert by_place(build_variant_table(rows, own(readings))) == {0: [0, 0, -1, -1]}


def test_two_cells_of_a_witness_never_share_a_place_though_others_connect_them():
    readings = {name: ["11", "11"] for name in "abc"}
    rows = collated(readings)
    crossed = rows.iloc[:1].assign(region_a=0, region_b=1, confidence=0.8)  # less sure than the others
    tradition = build_variant_table(pd.concat([rows, crossed]), own(readings))
    assert by_place(tradition) == {0: [0, 0, 0], 1: [0, 0, 0]}


def test_pages_of_one_witness_are_read_as_one():
    readings = {"a1": ["11", None], "a2": [None, "20"], "b": ["11", "25"], "c": ["11", "25"]}
    tradition = build_variant_table(collated(readings), {"a1": "a", "a2": "a", "b": "b", "c": "c"})
    assert tradition.witnesses == ("a", "b", "c")
    assert by_place(tradition) == {0: [0, 0, 0], 1: [1, 0, 0]}
    assert tradition.variants().tolist() == [k for k, row in enumerate(tradition.readings) if row[0] == 1]


def test_documents_that_are_not_named_are_left_out():
    readings = {"a": ["11"], "b": ["11"], "c": ["17"]}
    tradition = build_variant_table(collated(readings), {"a": "a", "b": "b"})
    assert tradition.readings.tolist() == [[0, 0]]
    assert build_variant_table(collated(readings), {}).readings.shape == (0, 0)
    assert np.all(build_variant_table(collated(readings).iloc[:0], own(readings)).readings.shape == (0, 3))


def test_a_cell_that_holds_two_numbers_has_the_readings_of_the_cells_that_hold_one_each():
    """The error of ``b`` stands in a cell of ``d`` beside another number; no comparison of the two is sure."""
    rows = [
        ("a", "b", 0, 0, "22", "22", "same"),
        ("a", "b", 1, 1, "17", "71", "variant"),
        ("a", "c", 0, 0, "22", "22", "same"),
        ("a", "c", 1, 1, "17", "17", "same"),
        ("b", "c", 1, 1, "71", "17", "variant"),
        ("a", "d", 0, 5, "22", "2271", "same"),
        ("a", "d", 1, 5, "17", "2271", "variant"),
    ]
    columns = ["doc_a", "doc_b", "region_a", "region_b", "text_a", "text_b", "relation"]
    collations = pd.DataFrame(rows, columns=columns).assign(error_in="unknown", confidence=0.9)
    tradition = build_variant_table(collations, own("abcd"))
    (place,) = tradition.variants()
    found = dict(zip(tradition.witnesses, tradition.readings[place].tolist(), strict=True))
    assert found["b"] == found["d"] != found["a"] == found["c"]


def test_an_argument_that_is_printed_twice_is_misprinted_once():
    """Places 0 and 2 are one misprint, which c lacks the second time; 1 has other texts, and in 3 nobody differs."""
    readings = {
        "a": ["25", "25", "25", "31"],
        "b": ["25", "24", "25", "31"],
        "c": ["24", "24", None, "31"],
        "d": ["24", "24", "24", "31"],
    }
    found = build_variant_table(collated(readings), own(readings))
    region_of = [next(iter(cells.values()))[1] for cells in found.cells]
    again = {region for region, repeated in zip(region_of, found.repeated(), strict=True) if repeated}
    assert len(again) == 1 and again < {0, 2}


def test_a_misprint_that_was_carried_on_counts_once_be_it_known_or_not_what_is_due():
    readings = {"a": ["25", "25", "31"], "b": ["25", "25", "31"], "c": ["24", "24", "37"]}
    rows = collated(readings).assign(error_in=lambda own: np.where(own["relation"] == "same", "none", "b"))
    found = build_variant_table(rows, own(readings))
    assert found.repeated().sum() == 1
    texts = [found.texts[place["c"]] for place in found.cells]
    assert [texts[number] for number in np.flatnonzero(found.repeated())] == ["24"]

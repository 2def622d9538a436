from itertools import pairwise

import numpy as np
import pytest

from tablekin.sample.works.misprints import KINDS, Misprint, apply, descend, misprint
from tablekin.sample.works.work import Quantity, argument, make_work


@pytest.mark.parametrize("kind", KINDS)
def test_a_misprint_is_what_its_kind_says(kind):
    rng = np.random.default_rng(2)
    cells = [["4711", "29"], ["1066", "80"], ["1543", "57"]]
    seen = 0
    for _ in range(300):
        row, place = int(rng.integers(3)), int(rng.integers(2))
        printed = misprint(cells, row, place, kind, rng)
        if printed is None:
            continue
        seen += 1
        correct = cells[row][place]
        changed = sum(a != b for a, b in zip(printed, correct, strict=True))
        if kind == "transposed":
            assert sorted(printed) == sorted(correct)
            assert changed == 2
        elif kind == "wrong line":
            near = [cells[other][place] for other in (row - 1, row + 1) if 0 <= other < 3]
            assert printed in near
        else:
            assert changed == 1
        if kind == "repeated":
            assert any(a == b for a, b in pairwise(printed))
    assert seen > 100


def test_letters_are_never_misprinted():
    assert misprint([["@april"], ["cb"]], 1, 0, "substituted", np.random.default_rng(0)) is None


def work():
    values = [(str(value),) for value in range(1000, 1040)]
    return make_work(
        "power", {}, list(map(str, range(40))), [argument("n", "", range(40)), (Quantity("v", ""), values)]
    )


def test_misprints_are_put_into_the_cells_and_nothing_else_changes():
    whole = work()
    wrong = Misprint(3, 1, "1903", "1003", "substituted", "a")
    cells = apply(whole, [wrong])
    changed = [
        (row, place)
        for row in range(40)
        for place in range(2)
        if cells[row][place] != whole.cells[row][place]
    ]
    assert changed == [(3, 1)]
    assert cells[3][1] == "1903"


def test_a_copy_keeps_most_errors_of_what_it_prints_and_none_of_the_rest():
    whole, rng = work(), np.random.default_rng(1)
    inherited = [Misprint(row, 1, "9", whole.cells[row][1], "substituted", "a") for row in range(40)]
    kept = printed = 0
    for _ in range(200):
        found = descend(whole, inherited, range(20), [1], "b", rng)
        assert all(one.row < 20 for one in found)
        assert len({(one.row, one.place) for one in found}) == len(found)
        kept += sum(one.introduced_in == "a" for one in found)
        printed += 20
    assert kept / printed == pytest.approx(0.85, abs=0.02)  # 15 % are put right

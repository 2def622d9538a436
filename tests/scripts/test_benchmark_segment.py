from __future__ import annotations

import numpy as np
from benchmark_segment import compare

from tests.support.printed_table import Printed, print_table


def test_both_ways_find_the_same() -> None:
    page = Printed(np.random.default_rng(0), (400, 320), tilt=0.004)
    print_table(page, 40, 40, 10, ["99", "99"], rules="columns")
    found = {each.work: each for each in compare(page.page()[0], 1)}
    assert found["sums over boxes"].agreement.startswith("1.0000")
    assert found["opening"].agreement.startswith("1.0000")
    assert ", all of equal size" in found["labels"].agreement
    assert float(found["map of pixels"].agreement.split()[3]) < 0.1
    assert all(each.ours > 0 and each.scikit_image > 0 for each in found.values())

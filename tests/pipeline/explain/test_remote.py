import numpy as np
import pyarrow as pa
import pytest

from tablekin.errors import TablekinError
from tablekin.execution import Failure, attempt
from tablekin.explain import match_pairs, score_pairs
from tablekin.explain.remote import Packed, match_in_cluster
from tests.support.random_factors import corpus, gathered


class OneWorker:
    """A cluster of this process."""

    def run_in_order(self, function, tasks, *shared):
        for task in tasks:
            yield attempt(function, task, *shared)


@pytest.fixture(scope="module")
def factors():
    features, factors, regions, _ = corpus(5)
    return gathered(features, factors, regions)


def tiles(factors):
    scores = score_pairs(factors, 1)
    for pairs in (([0, 0, 1], [1, 2, 2]), ([0, 3], [3, 4])):
        a, b = (np.array(side) for side in pairs)
        yield a, b, scores.table(a, b)["dot"].to_numpy()


def test_tables_come_back_as_they_were():
    tables = [pa.table({"a": [1, 2], "b": ["x", None]}), pa.table({"a": pa.array([], pa.int8())})]
    assert [*Packed.pack(tables).tables()] == tables


def test_matches_of_a_cluster_are_those_of_this_process_in_the_order_of_the_blocks(factors):
    first, second = tiles(factors)
    found = match_in_cluster(OneWorker(), [[first], [second, first]], factors, match_pairs, 2)
    blocks = [[*tables] for tables in found]
    expected = [[match_pairs(factors, *tile, 2) for tile in block] for block in ([first], [second, first])]
    assert [[table.to_pylist() for table in block] for block in blocks] == [
        [table.to_pylist() for table in block] for block in expected
    ]


def test_a_block_that_fails_ends_the_comparison():
    class Failing:
        def run_in_order(self, function, tasks, *shared):
            yield Failure("its analysis failed", "line 5")

    with pytest.raises(TablekinError, match=r"block of pairs .*its analysis failed"):
        list(match_in_cluster(Failing(), [], None, match_pairs, 1))

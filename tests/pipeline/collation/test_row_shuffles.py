import numpy as np

from tablekin.collation.needleman_wunsch import best_path
from tablekin.collation.row_shuffles import shuffle_rows, shuffled_orders


def test_orders_are_drawn_one_after_the_other_and_always_the_same():
    rng = np.random.default_rng(0)
    expected = [rng.permutation(9).tolist() for _ in range(4)]
    assert shuffled_orders(9, 4).tolist() == expected == shuffled_orders(9, 4).tolist()


def test_each_shuffle_is_worth_what_its_best_order_of_rows_is():
    rng = np.random.default_rng(1)
    weights = rng.gamma(1, 2, (3, 12, 10)) * (rng.random((3, 12, 10)) < 0.3)
    total, orders = weights.sum(0), shuffled_orders(10, 5)
    nats, counts = shuffle_rows(weights, total, orders)
    for order, found, agreeing in zip(orders, nats, counts, strict=True):
        rows, columns = best_path(total[:, order]).T
        assert found == total[rows, order[columns]].sum()
        assert agreeing == (weights[:, rows, order[columns]] > 0).sum()

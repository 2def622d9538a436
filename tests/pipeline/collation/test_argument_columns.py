import numpy as np

from tablekin.collation.argument_columns import counts_as_argument
from tablekin.collation.values import is_argument_column
from tablekin.collation.vocabulary import number_texts


def test_columns_count_where_their_texts_do() -> None:
    rng = np.random.default_rng(3)
    found = []
    for _ in range(600):
        step, rows = int(rng.choice([-30, -7, -1, 0, 1, 2, 5, 6, 10, 30])), int(rng.integers(1, 16))
        count = rng.choice(["start", "zero", "long"], p=[0.6, 0.3, 0.1])
        start = {"start": 700, "zero": 0, "long": 999_999_990}[str(count)]
        numbers = np.abs(start + step * (np.arange(rows) % rng.integers(4, 20)))
        texts = [
            f"{number // 100} {number % 100:02d}" if rng.random() < 0.2 else str(number) for number in numbers
        ]
        for place in np.flatnonzero(rng.random(rows) < rng.choice([0, 0.2, 0.4])):
            texts[place] = str(rng.choice(["", "0", "000", "12", "3 07", "9999999999"]))
        column = np.array(texts, object)
        numbered = number_texts(column)
        found.append(is_argument_column(column))
        assert counts_as_argument(numbered.vocabulary, numbered.place) == found[-1]
    assert 100 < sum(found) < 500

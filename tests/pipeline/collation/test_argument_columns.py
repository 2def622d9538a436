import numpy as np
import pytest

from tablekin.argument import argument_step
from tablekin.collation.argument_columns import are_arguments, counts_as_argument
from tablekin.collation.values import as_number
from tablekin.collation.vocabulary import number_texts


def column(*numbers):
    return [str(number) for number in numbers]


def count_by_steps(texts):
    numbers = [int(as_number(text)) for text in texts if text and len(as_number(text)) <= 9]
    return argument_step(np.array(numbers, np.int64)) is not None


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
        numbered = number_texts(np.array(texts, object))
        found.append(count_by_steps(texts))
        assert counts_as_argument(numbered.vocabulary, numbered.place) == are_arguments(texts) == found[-1]
    assert 100 < sum(found) < 500


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, 6, 10, 15, 30])
@pytest.mark.parametrize("direction", [1, -1])
def test_columns_that_count_by_the_steps_of_printed_tables_are_arguments(step, direction):
    assert are_arguments(column(*range(900, 900 + direction * 12 * step, direction * step)))


def test_an_argument_survives_gaps_and_misreadings_in_a_third_of_its_rows():
    numbers = [*map(str, range(1, 31))]
    numbers[4] = numbers[17] = ""
    numbers[9], numbers[24] = "70", "26"
    assert are_arguments(numbers)


def test_a_function_that_is_nearly_linear_a_large_step_and_a_short_column_are_no_arguments():
    sines = [round(10000 * np.sin(np.radians(2 + row / 30))) for row in range(40)]
    assert (np.diff(sines) == 6).mean() > 0.6
    assert not are_arguments(column(*sines))
    assert not are_arguments(column(*range(0, 700, 70)))
    assert not are_arguments(column(1, 2, 3))
    assert not are_arguments(column(*range(10**10, 10**10 + 20)))

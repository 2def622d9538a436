import numpy as np
import pytest

from tablekin.sample.works.author import PRECISE, Author, draw_author
from tablekin.sample.works.work import split


def units(written):
    return np.array([int(whole) * 60 + int(sixtieth) for whole, sixtieth in written])


@pytest.mark.parametrize("bases", [(), (60,), (60, 60), (30, 60, 60)])
def test_without_habits_every_value_is_rounded_by_itself(bases):
    values = np.random.default_rng(1).uniform(0, 12, 200)
    assert PRECISE.write(values, bases) == [split(value, bases) for value in values]


def test_truncation_leaves_the_fraction_out():
    values = np.random.default_rng(2).uniform(0, 12, 200)
    assert (units(Author(truncates=True).write(values)) == np.trunc(values * 60)).all()


def test_interpolated_rows_lie_on_straight_lines_between_computed_ones():
    values = 10 * np.sin(np.radians(np.arange(0, 31)))
    written = units(Author(every=5).write(values))
    assert (written[::5] == np.floor(values[::5] * 60 + 0.5)).all()
    between = np.interp(np.arange(31), np.arange(0, 31, 5), written[::5])
    assert np.abs(written - between).max() <= 0.5
    assert (written != np.floor(values * 60 + 0.5)).any()


def test_no_grid_is_so_coarse_that_its_author_would_have_seen_it():
    values = np.arange(40.0) ** 3
    written = np.array([int(text) for (text,) in Author(every=6).write(values, ())])
    assert np.abs(written - values).max() <= 3.5


def test_a_slip_spreads_down_and_ends():
    values = np.arange(400.0) / 7
    rng = np.random.default_rng(4)
    off = units(Author(slips=2.0, rng=rng).write(values)) - np.floor(values * 60 + 0.5)
    runs = np.split(off, np.flatnonzero(np.diff(off)) + 1)
    assert 1 <= sum(run[0] != 0 for run in runs) <= 8
    assert max(len(run) for run in runs if run[0]) > 1


def test_values_round_a_circle_pass_its_end():
    values = np.arange(340, 380, 1.0) % 360
    assert units(Author(every=6).write(values, period=360)).tolist() == (values * 60).tolist()


def test_a_sine_table_of_a_small_radius_spoils_the_last_place():
    author = Author(sine_radius=1000)
    assert author.sin(30) == pytest.approx(0.5)
    assert author.sin(23) == pytest.approx(0.391, abs=1e-12)
    assert abs(author.tan(23) - np.tan(np.radians(23))) < 0.002


def test_whoever_computes_anew_has_a_habit():
    rng = np.random.default_rng(6)
    for author in (draw_author(rng) for _ in range(200)):
        assert author.truncates or author.sine_radius or author.every > 1 or author.slips

"""Corpora made for benchmarks: what is drawn, and from which pages."""

from __future__ import annotations

import numpy as np
import pytest
from lib.made_corpus import read_pages, resample

from tablekin.errors import CorpusError
from tablekin.schemas import FEATURES
from tests.support.made_pages import made_page


def test_a_resampled_page_has_cells_of_the_page_and_varied_relevance():
    source = made_page(0)
    made = resample(source, np.random.default_rng(1))
    contents = [sorted(source.feature[source.region == cell]) for cell in range(9, 21)]
    found = [sorted(made.feature[made.region == cell]) for cell in range(9, 21)]
    assert all(content in contents for content in found)
    assert found != contents
    for other in (0, 1):
        np.testing.assert_array_equal(
            made.feature[made.region == other], np.sort(source.feature[source.region == other])
        )
    own = source.region == 1
    ratio = made.relevance[made.region == 1] / source.relevance[own][np.argsort(source.feature[own])]
    assert 0.6 < ratio.min() < ratio.max() < 1.6
    assert len(set(ratio)) == len(ratio)
    assert (
        np.diff(made.region * len(FEATURES) + made.feature) >= 0
    ).all()  # in the order in which a run writes


def test_pages_of_the_density_asked_for(made_folder):
    assert len(read_pages([made_folder], "early-modern")) == 12  # without any digits in table digits
    with pytest.raises(SystemExit, match="fort-william"):
        read_pages([made_folder], "fort-william")
    with pytest.raises(CorpusError):
        read_pages([made_folder.parent / "nothing"], "mix")

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from tablekin.digitize import thresholds
from tablekin.digitize.normalization import extract_ink
from tests.support.places import ROOT
from tests.support.thresholds import undocumented, unlisted, unused, varied


def test_every_threshold_is_documented_listed_and_used() -> None:
    assert not unlisted(thresholds)
    assert undocumented(thresholds) == []
    assert unused(thresholds, ROOT / "pipeline") == []


def test_thresholds_cannot_be_changed_by_accident() -> None:
    for one in thresholds.THRESHOLDS:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(one, dataclasses.fields(one)[0].name, 0)


def test_a_varied_threshold_acts_at_once() -> None:
    grey = np.full((500, 400), 230, np.uint8)
    grey[:, :100] = 80  # bed, as dark as ink is
    grey[200:210, 150:350] = 40
    assert extract_ink(grey)[:, :80].max() == 0
    with varied(thresholds.INK, "bed", 0.2):
        assert extract_ink(grey)[:, 99].max() > 0

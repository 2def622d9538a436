from __future__ import annotations

import dataclasses

import pytest

from tablekin.ingest import thresholds
from tablekin.ingest.gutter import find_gutter
from tests.support.openings import opening
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
    page = opening("shadow")
    assert find_gutter(page) is not None
    with varied(thresholds.GUTTER, "min_shade", 0.5), varied(thresholds.GUTTER, "min_fold", 0.5):
        assert find_gutter(page) is None
    assert find_gutter(page) is not None

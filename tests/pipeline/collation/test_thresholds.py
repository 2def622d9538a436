from __future__ import annotations

import dataclasses
import importlib
import pkgutil

import numpy as np
import pytest

from tablekin import collation
from tablekin.collation import thresholds
from tablekin.collation.agreement import WEIGHTS, AgreementScores
from tests.support.read_tables import grid
from tests.support.thresholds import undocumented, varied


def criteria_of_the_room() -> set[str]:
    """Dataclasses of the room of which a field was made by ``threshold``."""
    found = set()
    for module in pkgutil.iter_modules(collation.__path__):
        for name, value in vars(importlib.import_module(f"tablekin.collation.{module.name}")).items():
            if isinstance(value, type) and dataclasses.is_dataclass(value):
                found |= {name for field in dataclasses.fields(value) if "unit" in field.metadata}
    return found


def test_every_threshold_is_documented_and_listed() -> None:
    assert criteria_of_the_room() == {type(one).__name__ for one in thresholds.THRESHOLDS}
    assert undocumented(thresholds) == []


def test_thresholds_cannot_be_changed_by_accident() -> None:
    for one in thresholds.THRESHOLDS:
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(one, dataclasses.fields(one)[0].name, 0)


def test_a_varied_threshold_acts_at_once() -> None:
    def score() -> float:
        return float(AgreementScores(grid(["12"]), grid(["47"])).of_columns(np.array([[0, 0]]))[0, 0])

    assert score() == WEIGHTS.different == -1.5
    with varied(WEIGHTS, "different", -9.0):
        assert score() == -9
    assert score() == -1.5

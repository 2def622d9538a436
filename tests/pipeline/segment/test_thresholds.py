from __future__ import annotations

import ast
import inspect
import json
import math
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

import tablekin.segment
from tablekin.segment.stage import CRITERIA as TABLE
from tablekin.segment.thresholds import THRESHOLDS
from tablekin.threshold import thresholds_of
from tests.support.places import DOCS

ROOM = Path(inspect.getfile(tablekin.segment)).parent


def test_every_dataclass_of_thresholds_is_listed() -> None:
    named = {
        node.name
        for module in ROOM.glob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Criteria")
    }
    assert {type(criteria).__name__ for criteria in THRESHOLDS} == named
    assert len(THRESHOLDS) == len(named)


def test_every_threshold_has_a_unit_and_a_meaning_and_lies_in_its_range() -> None:
    for criteria in THRESHOLDS:
        known = thresholds_of(criteria)
        assert len(known) == len(fields(criteria))
        for each in known:
            assert each.unit
            assert each.meaning
            if each.alike is not None:
                assert each.alike[0] <= each.value <= each.alike[1], each.name


def test_thresholds_cannot_be_set() -> None:
    with pytest.raises(FrozenInstanceError):
        TABLE.min_rows = 5  # type: ignore[misc]


def test_ranges_are_those_that_were_measured() -> None:
    measured = {
        (one["group"], one["name"]): one
        for one in json.loads((DOCS / "sensitivity.json").read_text())["segment"]["thresholds"]
    }
    for criteria in THRESHOLDS:
        for each in thresholds_of(criteria):
            found = measured.get((type(criteria).__name__, each.name))
            assert (found is None) == (each.alike is None), each.name
            if found is None:
                continue
            assert math.isclose(found["value"], each.value), each.name
            assert each.alike == pytest.approx(found["alike"], rel=0.01), each.name

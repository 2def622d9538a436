"""Recomputed: what the truth of a sample archive says of functions, parameters and misprints, and what was found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tablekin.recompute import Recomputation
from tablekin.recompute.finding import Finding
from tablekin.recompute.quantity import PrintedQuantity
from tablekin.recompute.table_text import TableText
from tablekin.sample.plan import ArchivePlan, PlannedPage
from tablekin.sample.truth import read_truth
from tablekin.sample.typesetting.layout import JOINT

Cell = tuple[int, int, int]  # table, row, column of the truth

_SHADOWS = {"cotangent", "tangent"}
_MOTIONS = {"mean motion", "mean motion from an epoch"}
_HALF_ARCS = {"half arc of the day", "half arc of the day by days"}
_ANY = ""
FUNCTIONS: dict[str, dict[str, set[str]]] = {  # family -> quantity -> functions that it may be found to print
    "declination": {_ANY: {"declination"}},
    "right_ascension": {_ANY: {"right ascension"}},
    "oblique_ascension": {_ANY: {"oblique ascension"}},
    "day_length": {_ANY: {"length of the day by latitude"}},
    "climate": {
        "latitude": {"latitude of the longest day"},
        "breadth": {"breadth of a climate"},
        "degree_length": {"breadth of a climate in miles", "breadth of a climate"},
    },
    "shadow": {_ANY: _SHADOWS},
    "sine": {_ANY: {"sine"}},
    "tangent": {_ANY: {"tangent"}},
    "secant": {_ANY: {"secant"}},
    "multiplication": {_ANY: {"product"}},
    "sexagesimal": {_ANY: {"product"}},
    "power": {"square": {"square"}, "cube": {"cube"}},
    "interest": {_ANY: {"present value"}},
    "rent": {_ANY: {"present value of a rent"}},
    "mean_motion": {_ANY: _MOTIONS},
    "sun_equation": {_ANY: {"solar equation"}},
    "easter_old": {
        "golden": {"golden number"},
        "solar": {"solar cycle"},
        "indiction": {"indiction"},
        "epact": {"epact, old style"},
        "easter_day": {"Easter, old style"},
        "letter": {"dominical letter, old style"},
    },
    "easter_new": {
        "golden": {"golden number"},
        "solar": {"solar cycle"},
        "indiction": {"indiction"},
        "epact": {"epact, new style"},
        "easter_day": {"Easter, new style"},
        "letter": {"dominical letter, new style"},
    },
    "calendar": {
        "sun": {"longitude of the Sun by days"},
        "declination": {"declination", "declination by days"},
        "sunrise": _HALF_ARCS,
        "length": {"length of the day", "length of the day by days"},
        "letter": {"letter of the day"},
    },
}
FUNCTIONS["parallel"] = FUNCTIONS["climate"]


@dataclass(frozen=True)
class TruePage:
    """What is known of a page with tables."""

    doc: str
    family: str
    parameters: dict[str, str]
    tables: tuple[TableText, ...]  # as printed; the region of a cell is its place in ``cells``
    cells: list[Cell]
    keys: dict[tuple[int, int], str]  # table and column -> quantity
    arguments: set[tuple[int, int]]  # columns that hold the argument
    misprints: dict[Cell, tuple[str, str]]  # printed and correct text of a place


def planned_pages(plan: ArchivePlan) -> Iterator[TruePage]:
    """Yield the pages with tables of an archive that is planned, not printed."""
    works = {str(work["work"]): json.loads(str(work["parameters"])) for work in plan.works}
    for page in plan.pages:
        if page.metadata["kind"] == "table":
            yield _planned_page(page, works[page.metadata["work"]])


def _planned_page(page: PlannedPage, parameters: dict[str, str]) -> TruePage:
    tables: list[TableText] = []
    cells: list[Cell] = []
    keys: dict[tuple[int, int], str] = {}
    arguments: set[tuple[int, int]] = set()
    misprints: dict[Cell, tuple[str, str]] = {}
    for number, table in enumerate(page.content.tables):
        text = np.array(table.cells, object)
        region = np.arange(text.size).reshape(text.shape) + len(cells)
        cells += [(number, row, col) for row, col in np.ndindex(text.shape)]
        tables.append(TableText(number, text, region, tuple(column.heading for column in table.columns)))
        rows = {key: row for row, key in enumerate(table.row_keys)}
        for col, column in enumerate(table.columns):
            keys[number, col] = column.key.split(JOINT)[0].split(".")[0]
            if column.argument:
                arguments.add((number, col))
            for one in page.misprints:
                if one["row_key"] in rows and one["column_key"] in column.key.split(JOINT):
                    place = number, rows[one["row_key"]], col
                    misprints[place] = one["printed"], one["correct"]
    family = page.metadata["family"]
    return TruePage(page.doc, family, parameters, tuple(tables), cells, keys, arguments, misprints)


def archived_pages(archive: Path) -> Iterator[TruePage]:
    """Yield the pages with tables of a sample archive on disk."""
    works = read_truth(archive, "works").set_index("work")
    documents = read_truth(archive, "documents")
    cells = read_truth(archive, "cells")
    wrong = read_truth(archive, "misprints")
    for document in documents[documents["is_table"]].itertuples():
        own = cells[(cells["doc"] == document.doc) & (cells["kind"] == "cell")].reset_index(drop=True)
        heads = cells[(cells["doc"] == document.doc) & (cells["kind"] == "header") & (cells["col"] >= 0)]
        work = works.loc[document.work]
        yield _archived_page(document.doc, work, own, heads, wrong[wrong["doc"] == document.doc])


def _archived_page(
    doc: str, work: pd.Series, cells: pd.DataFrame, heads: pd.DataFrame, wrong: pd.DataFrame
) -> TruePage:
    tables: list[TableText] = []
    keys: dict[tuple[int, int], str] = {}
    arguments: set[tuple[int, int]] = set()
    places = list(cells[["table", "row", "col"]].astype(int).itertuples(index=False, name=None))
    for number, own in cells.groupby("table"):
        shape = int(own["row"].max()) + 1, int(own["col"].max()) + 1
        text, region = np.full(shape, "", object), np.full(shape, -1, np.int64)
        text[own["row"], own["col"]], region[own["row"], own["col"]] = own["text"], own.index
        named = heads[heads["table"] == number].set_index("col")["text"].to_dict()
        tables.append(
            TableText(int(number), text, region, tuple(named.get(col, "") for col in range(shape[1])))
        )
        for col, columns in own.groupby("col")["column_keys"].first().items():
            keys[int(number), int(col)] = columns.split(JOINT)[0].split(".")[0]
            if "." not in columns and keys[int(number), int(col)] in _ARGUMENTS:
                arguments.add((int(number), int(col)))
    misprints = {
        (int(one.table), int(one.row), int(one.col)): (one.printed, one.correct) for one in wrong.itertuples()
    }
    parameters = json.loads(work["parameters"])
    return TruePage(doc, work["family"], parameters, tuple(tables), places, keys, arguments, misprints)


_ARGUMENTS = {
    *(
        "degree",
        "complement",
        "latitude",
        "climate",
        "minute",
        "root",
        "year",
        "factor",
        "altitude",
        "day",
        "hour",
    ),
    *("julian", "score"),
}


def without_headings(page: TruePage) -> tuple[TableText, ...]:
    """Take the headings from the tables of a page: what an engine that reads digits only has."""
    return tuple(TableText(table.table_id, table.text, table.region) for table in page.tables)


def expected_functions(page: TruePage, key: str) -> set[str]:
    """Functions that a quantity of a page may be found to print; none if it is no function of the library."""
    if not key:
        return set()
    family = FUNCTIONS[page.family]
    return family.get(key, family.get(_ANY, set()))


def _degrees(text: str) -> float:
    parts = [float(part) for part in text.split()]
    return sum(part / 60**place for place, part in enumerate(parts))


def true_parameter(page: TruePage, finding: Finding, name: str, key: str) -> float | None:
    """Give the true value of a fitted parameter of a quantity of the truth, as far as that has it."""
    named = page.parameters
    if name in ("obliquity", "latitude", "eccentricity") and name in named and page.family != "calendar":
        return _degrees(named[name])
    if name == "radius" and page.family == "shadow":
        return float(named["parts"])
    if name == "radius" and "radius" in named:
        return float(named["radius"])
    if name == "principal":
        return float(named["principal"])
    if name == "miles to the degree":
        return float(named["miles"])
    if name == "rate" and key.startswith("rate"):
        return float(key.removeprefix("rate"))
    if name == "obliquity" and page.family == "calendar" and finding.function.name == "declination":
        return 23.5
    return None


@dataclass
class Scores:
    """Counts over many pages."""

    tables: Counter[str] = field(default_factory=Counter)  # by family and outcome
    columns: Counter[tuple[str, str]] = field(default_factory=Counter)
    intervals: list[dict[str, Any]] = field(default_factory=list)
    misprints: list[dict[str, Any]] = field(default_factory=list)  # true ones, and whether they were found
    claims: list[dict[str, Any]] = field(default_factory=list)  # cells called misprinted
    unknown: int = 0  # the same, of facing pages, read as they print
    mistakes: list[tuple[str, str, str]] = field(default_factory=list)  # document, quantity, function


def keys_of(page: TruePage, quantity: PrintedQuantity, place_of: dict[int, list[Cell]]) -> list[str]:
    """Quantities of the truth that most cells of a quantity belong to; "" is none, or an argument.

    Several where as many cells belong to each: letters and the numbers beside them that were read as one column.
    """
    seen: Counter[str] = Counter()
    for region in quantity.regions.ravel():
        for table, _, col in place_of.get(int(region), []):
            seen["" if (table, col) in page.arguments else page.keys[table, col]] += 1
    return [key for key in seen if seen[key] == max(seen.values())] or [""]


def score_functions(
    page: TruePage, found: Recomputation, place_of: dict[int, list[Cell]], scores: Scores
) -> None:
    """Score the functions and parameters that were found on a page."""
    claimed = {
        quantity.group: (finding, place)
        for finding in found.findings
        for place, quantity in enumerate(finding.quantities)
    }
    outcomes: Counter[str] = Counter()
    for sheet in found.sheets:
        for quantity in (*sheet.quantities, *(argument.quantity for argument in sheet.arguments)):
            keys = keys_of(page, quantity, place_of)
            if "" in keys:  # the argument, be it that letters were read with it
                continue
            expected = set().union(*(expected_functions(page, key) for key in keys))
            known = quantity.values[quantity.known]
            if not expected or len(known) < 5 or len(np.unique(known)) < 3:
                continue
            finding, place = claimed.get(quantity.group, (None, 0))
            name = finding.function.name if finding else "none"
            outcome = "right" if name in expected else "none" if finding is None else "wrong"
            outcomes[outcome] += len(known)
            scores.columns[page.family, outcome] += 1
            if outcome != "right":
                scores.mistakes.append((page.doc, keys[0], name))
            elif finding is not None:
                _score_parameters(page, finding, place, keys[0], scores)
    total = sum(outcomes.values())
    if total:
        whole = outcomes["right"] == total
        mostly = outcomes["right"] >= 0.5 * total and not outcomes["wrong"]
        scores.tables[f"{page.family}|{'all' if whole else 'most' if mostly else 'missed'}"] += 1


def _score_parameters(page: TruePage, finding: Finding, place: int, key: str, scores: Scores) -> None:
    for parameter in finding.parameters:
        if parameter.quantity not in (-1, place) or (parameter.quantity == -1 and place):
            continue
        truth = true_parameter(page, finding, parameter.name, key)
        if truth is not None:
            scores.intervals.append(
                {
                    "doc": page.doc,
                    "function": finding.function.name,
                    "parameter": parameter.name,
                    "truth": truth,
                    "value": parameter.value,
                    "low": parameter.low,
                    "high": parameter.high,
                    "inside": parameter.low - 1e-9 <= truth <= parameter.high + 1e-9,
                    "exact": abs(parameter.value - truth) <= 1e-9 * max(abs(truth), 1),
                }
            )


def score_misprints(
    page: TruePage, found: Recomputation, place_of: dict[int, list[Cell]], misread: set[int], scores: Scores
) -> None:
    """Score the cells that were called misprinted.

    Parameters
    ----------
    page, found
        A page and what was found on it.
    place_of
        Cells of the truth that each region prints.
    misread
        Regions whose reading is not what is printed.
    scores
        To which is added.
    """
    checks = {check.region_id: check for check in found.checks}
    regions: dict[Cell, list[int]] = {}
    for region, cells in place_of.items():
        for cell in cells:
            regions.setdefault(cell, []).append(region)
    for cell, (printed, correct) in page.misprints.items():
        if not (printed.isdecimal() and correct.isdecimal()):
            continue
        own = [checks[region] for region in regions.get(cell, []) if region in checks]
        check = max(own, key=lambda one: one.p_misprint, default=None)
        scores.misprints.append(
            {
                "doc": page.doc,
                "family": page.family,
                "cell": cell,
                "printed": printed,
                "correct": correct,
                "size": abs(int(printed) - int(correct)),
                "read": cell in regions and not misread.intersection(regions[cell]),
                "kind": "unchecked" if check is None else check.kind.value,
                "probability": 0.0 if check is None else check.p_misprint,
                "found": check is not None and check.p_misprint >= 0.5,
            }
        )
    for check in found.checks:
        if check.p_misprint >= 0.5 and not place_of.get(check.region_id) and check.region_id not in misread:
            scores.unknown += 1
        elif check.p_misprint >= 0.5:
            scores.claims.append(
                {
                    "doc": page.doc,
                    "family": page.family,
                    "region": check.region_id,
                    "kind": check.kind.value,
                    "residual": check.residual,
                    "right": any(cell in page.misprints for cell in place_of.get(check.region_id, [])),
                    "misread": check.region_id in misread,
                }
            )

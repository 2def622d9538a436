"""Structure found on real scans, where they are at hand."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tablekin.config import DigitizeConfig, RunConfig
from tablekin.digitize.normalization import extract_ink
from tablekin.digitize.orientation import find_pose
from tablekin.digitize.stage import digitize, load_readers
from tablekin.document import analyse_document
from tablekin.models.networks.digits import load_digit_network
from tablekin.page import Layout
from tablekin.segment import segment
from tests.support.places import SCANS

pytestmark = pytest.mark.skipif(not SCANS.is_dir(), reason="the scans are not part of the project")


def layout_of(name: str) -> Layout:
    grey = cv2.imread(str(SCANS / name), cv2.IMREAD_GRAYSCALE)
    page, *_ = digitize(grey, load_readers(), DigitizeConfig().threshold)
    return segment(page)


def shapes(layout: Layout) -> list[tuple[int, int]]:
    tables = sorted({r.table_id for r in layout.regions if r.table_id is not None})
    return [
        (
            sum(r.kind == "row" and r.table_id == k for r in layout.regions),
            sum(r.kind == "column" and r.table_id == k for r in layout.regions),
        )
        for k in tables
    ]


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("fort-william/1898-01.jpg", 31),
        ("fort-william/1901-06.jpg", 30),
    ],  # the latter with two strokes at its foot
)
def test_page_of_readings_has_a_row_a_day(name: str, days: int) -> None:
    ((rows, columns),) = shapes(layout_of(name))
    assert rows == days + 1  # and the row of means
    assert 24 <= columns <= 27  # 24 hours, the day and the mean; one may lie in the gutter


def test_facing_pages_have_a_table_each() -> None:
    found = shapes(layout_of("early-modern/chase_1866.jpg"))
    assert len(found) == 2
    # 36 rows of months, 3 of years, the total; 8 pairs of columns and the names of the months
    assert all(38 <= rows <= 42 and 16 <= columns <= 19 for rows, columns in found)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize(
    "name",
    ["early-modern/british_merchant_1713.jpg", "fort-william/1900-01.jpg", "sphaera-pages/ramelli_0056.jpg"],
)
def test_turned_page_is_turned_back_and_a_picture_stays_as_it_is(name: str, turns: int) -> None:
    grey = cv2.imread(str(SCANS / name), cv2.IMREAD_GRAYSCALE)
    pose = find_pose(load_digit_network(), extract_ink(np.ascontiguousarray(np.rot90(grey, turns))))
    is_picture = "ramelli" in name
    assert pose.orientation == (0 if is_picture else -90 * turns % 360)


@pytest.mark.parametrize(
    "name",
    ["2188_barozzi_cosmografia_1607_p113", "2280_cortes_breve_1556_p100", "1692_sacrobosco_sphaera_1547_p20"],
)
def test_prose_and_instruments_are_no_tables(name: str) -> None:
    assert not layout_of(f"sphaera-pages/{name}.jpg").is_table


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("2255_fine_opere_1587_p249", 12),  # 32, 12, 1, 6, 9 and letters of a diagram, by eye
        ("1860_glogowczyk_introductorium_1513_p17", 0),
        ("branca_510.01.009", 1),
        ("2068_Piccolomini_Sfera_1553_p41", 2),
    ],
)
def test_pages_of_text_and_pictures_have_few_figures_that_are_none(name: str, printed: int) -> None:
    grey = cv2.imread(str(SCANS / "sphaera-pages" / f"{name}.jpg"), cv2.IMREAD_GRAYSCALE)
    found = analyse_document(grey, name, RunConfig())
    assert not found["pages"]["is_table"].item()
    assert len(found["digits"]) < printed + 4

"""Cells cut from scans."""

import numpy as np
import pandas as pd
import pytest

from tablekin.errors import TablekinError
from tablekin.report import crops
from tablekin.report.page import Page


def page(load, orientation=0):
    boxes = [(0, 0.0, 0.0, 300.0, 200.0), (4, 100.0, 50.0, 140.0, 70.0)]  # the page, and a cell
    regions = pd.DataFrame(boxes, columns=["region_id", "x0", "y0", "x1", "y1"])
    tables = {"regions": regions, "pages": pd.DataFrame({"orientation": [orientation]})}
    return Page("p", "p", tables.__getitem__, load)


@pytest.mark.parametrize("orientation", [0, 90, 180])
def test_a_cell_is_cut_with_what_stands_around_it(monkeypatch, orientation):
    scan = np.full((200, 300), 250, np.uint8)
    scan[50:70, 100:140] = 30
    monkeypatch.setattr(crops, "open_page", lambda corpus, doc_id: page(lambda: scan, orientation))
    piece = crops.cutter(None, pytest.fail)(("p", 4))
    high, wide = (20, 40) if orientation != 90 else (40, 20)
    assert abs((piece < 100).sum() - high * wide) <= 2 * (high + wide)
    assert high < piece.shape[0] < 4 * high
    assert wide < piece.shape[1] < 4 * wide + 20
    assert crops.cutter(None, pytest.fail)(("p", 5)) is None  # no such region


def test_a_scan_that_is_gone_is_told_once(monkeypatch):
    def load():
        raise TablekinError("p.jpg is not there any more")

    said = []
    monkeypatch.setattr(crops, "open_page", lambda corpus, doc_id: page(load))
    cut = crops.cutter(None, said.append)
    assert cut(("p", 4)) is cut(("p", 4)) is None
    assert said == ["no cells of p are shown: p.jpg is not there any more"]

"""The words of a page: what the engine is shown, what is kept of its words, and the real Tesseract on a drawn page."""

import cv2
import numpy as np
import pandas as pd

from tablekin.config import ReadConfig
from tablekin.page import Detections, Layout, Region, WorkingPage
from tablekin.words import find_engine, read_words
from tests.support.ocr_engine import fake_engine, find_tesseract, printout

WANTED = ReadConfig(words="tesseract")
HEADER, LABEL, NUMBER = 1, 4, 5
DIGITS = ((3, 210.0, 60.0, 223.0, 80.0), (7, 226.0, 60.0, 239.0, 80.0), (1, 12.0, 10.0, 17.0, 30.0))


def page_with_one_row(is_table=True):
    """A header over a cell of words and one of digits; ink wherever a digit stands, also in the header."""
    regions = (
        Region(0, "outside", None, None, None, (0, 0, 400, 200)),
        Region(HEADER, "header", 0, None, None, (0, 0, 400, 40)),
        Region(2, "row", 0, 0, None, (0, 40, 400, 100)),
        Region(3, "column", 0, None, 0, (0, 40, 200, 100)),
        Region(LABEL, "cell", 0, 0, 0, (0, 40, 200, 100)),
        Region(NUMBER, "cell", 0, 0, 1, (200, 40, 400, 100)),
    )
    labels = np.zeros((200, 400), np.int32)
    labels[:40], labels[40:100, :200], labels[40:100, 200:] = HEADER, LABEL, NUMBER
    array = np.array(DIGITS, np.float32)
    digits = Detections.from_boxes(array[:, 0].astype(np.int8), np.ones(3, np.float32), array[:, 1:])
    ink = np.zeros((200, 400), np.float32)
    for _, x0, y0, x1, y1 in DIGITS:
        ink[int(y0) : int(y1), int(x0) : int(x1)] = 1
    page = WorkingPage(ink, np.array([[0.5, 0, 7], [0, 0.5, 9]]), digits)
    return page, Layout(is_table, regions, labels), pd.Series(["", "1", "", "", "", "37"])


def test_the_engine_does_not_see_the_digits_of_cells(monkeypatch, tmp_path):
    fake_engine(tmp_path, monkeypatch, answer=printout())
    read_words(*page_with_one_row(), find_engine(WANTED))
    shown = np.frombuffer((tmp_path / "shown").read_bytes().split(b"\n", 1)[1], np.uint8).reshape(200, 400)
    assert (shown[10:30, 12:17] == 0).all()  # the digit of the header
    assert (shown[40:] == 255).all()


def test_words_are_kept_with_their_regions_and_what_is_left_of_digits_is_not(monkeypatch, tmp_path):
    answer = printout(
        ("Gr.", (250, 12, 280, 30), 90),
        ("15", (300, 12, 320, 30), 90),  # a number, where numbers are not read anyway
        ("|Aries—", (10, 60, 60, 80), 80),
        ("4", (100, 60, 110, 80), 99),
        ("i", (260, 60, 265, 80), 99),  # beside the digits of a cell
        ("ort.", (280, 60, 310, 80), 70),
        ("Tau", (10, 85, 60, 99), 12),
        ("·", (20, 150, 22, 152), 99),
        ("caput", (20, 150, 80, 170), 45),
    )
    fake_engine(tmp_path, monkeypatch, answer=answer)
    found = read_words(*page_with_one_row(), find_engine(WANTED))
    assert found.is_read
    assert dict(zip(found.words["text"], found.words["region_id"], strict=True)) == {
        "caput": 0,
        "Gr.": HEADER,
        "15": HEADER,
        "Aries": LABEL,
        "ort.": NUMBER,
    }
    assert found.labels == ["caput", "Gr. 15", "Aries ort.", "", "Aries", "ort."]


def test_a_page_without_a_table_is_not_shown_to_the_engine(monkeypatch, tmp_path):
    fake_engine(tmp_path, monkeypatch, answer=printout(("Caput", (0, 0, 9, 9), 99)))
    found = read_words(*page_with_one_row(is_table=False), find_engine(WANTED))
    assert found.is_read
    assert found.words.empty
    assert set(found.labels) == {""}
    assert not (tmp_path / "shown").exists()


def test_a_page_that_the_engine_fails_on_is_told(monkeypatch, tmp_path):
    fake_engine(tmp_path, monkeypatch, answer="out of memory")
    found = read_words(*page_with_one_row(), find_engine(WANTED))
    assert not found.is_read
    assert found.words.empty
    assert set(found.labels) == {""}


def test_tesseract_reads_headings_and_row_labels_at_their_places():
    find_tesseract()
    page, layout, texts = page_with_one_row()
    drawn = np.zeros(page.ink.shape, np.uint8)
    for text, x, y in (("Declinatio", 210, 30), ("Septentrio", 20, 80)):
        cv2.putText(drawn, text, (x, y), cv2.FONT_HERSHEY_TRIPLEX, 0.8, 255, 1, cv2.LINE_AA)
    page.ink[:] = drawn / 255
    found = read_words(page, layout, texts, find_engine(WANTED))
    assert found.labels == ["", "Declinatio", "Septentrio", "", "Septentrio", ""]
    for word, left, low in zip(found.words.itertuples(), (210, 20), (30, 80), strict=True):
        assert abs(word.x0 - left) < 6
        assert abs(word.y1 - low) < 8  # the p goes below the line
        assert 0.3 < word.confidence <= 1

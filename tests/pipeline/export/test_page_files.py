from types import SimpleNamespace

import numpy as np
import pandas as pd

from tablekin.export.page_files import date_of, facts_of
from tablekin.export.printed_page import PrintedPage
from tablekin.export.reading_frame import ReadingFrame
from tablekin.export.tei_document import make_facsimile


def selection_of(record=None, **said):
    rows = pd.DataFrame([{"doc_id": "d", "source": "a/b.jpg", "page_index": 0, "sha256": "f0", **said}])
    corpus = SimpleNamespace(read_record=lambda: record or {})
    return SimpleNamespace(documents=rows.set_index("doc_id"), corpus=corpus)


def test_a_page_of_a_library_says_which_and_under_what_terms():
    library = {
        "iiif_manifest": "https://library.example/m",
        "iiif_canvas": "https://library.example/c1",
        "iiif_address": "https://library.example/i/full/500,/0/default.jpg",
        "rights": "http://creativecommons.org/publicdomain/mark/1.0/",
    }
    said = facts_of(selection_of(**library, label=None, canvas_label=""), "d")
    assert said == {"source": "a/b.jpg", "page_index": "0", "sha256": "f0", **library}


def test_the_date_is_that_of_the_corpus():
    assert date_of(selection_of({"started": "2026-01-02T03:04:05+00:00"})) == "2026-01-02T03:04:05+00:00"
    assert date_of(selection_of()) == "1970-01-01T00:00:00+00:00"


def test_a_facsimile_names_the_picture_here_and_that_of_the_library():
    page = PrintedPage("d", 30, 20, ReadingFrame(0, 0.0, 30, 20, np.eye(3)[:2], 9.0), (), ())
    address = "https://library.example/i/full/500,/0/default.jpg"
    graphics = list(make_facsimile(page, "ä b.jpg", address).iter("graphic"))
    assert [each.get("url") for each in graphics] == ["%C3%A4%20b.jpg", address]
    assert len(list(make_facsimile(page, "d.jpg", None).iter("graphic"))) == 1

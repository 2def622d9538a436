import pandas as pd
import pytest

from tablekin.export.canvas import lay_on_canvases
from tablekin.export.selection import Selection

SERVED = {
    "iiif_canvas": "https://library.example/c1",
    "iiif_manifest": "https://library.example/m",
    "iiif_address": "https://library.example/i/full/500,/0/default.jpg",
    "iiif_image": "https://library.example/i",
    "iiif_image_api": 2,
    "canvas_width": 1000,
    "canvas_height": 1600,
    "label": "Tables",
    "canvas_label": "f. 1r",
}


class Chosen(Selection):
    documents = None


def lay(**said):
    row = {"doc_id": "p1", "width": 500, "height": 800, **said}
    selection = Chosen(None, ("p1",), None, "https://me.example/x")
    object.__setattr__(selection, "documents", pd.DataFrame([row]))
    return lay_on_canvases(selection)["p1"]


def test_a_scan_gets_a_canvas_of_its_own():
    page = lay(label=None)
    assert (page.canvas, page.image) == (
        "https://me.example/x/canvas/p1",
        "https://me.example/x/images/p1.jpg",
    )
    assert page.is_own
    assert page.target((10.4, 20.6, 30, 40)) == "https://me.example/x/canvas/p1#xywh=10,21,20,19"


def test_a_page_of_a_library_lies_on_the_librarys_canvas_in_its_units():
    page = lay(**SERVED)
    assert (page.canvas, page.manifest) == ("https://library.example/c1", "https://library.example/m")
    assert page.label == "Tables; f. 1r"
    assert not page.is_own
    assert page.image_service == ("https://library.example/i", 2)
    assert page.place((10, 20, 30, 40)) == "xywh=20,40,40,40"
    assert page.reference(None)["partOf"] == [{"id": "https://library.example/m", "type": "Manifest"}]


def test_a_box_stays_on_the_canvas_and_has_a_size():
    page = lay(**SERVED)
    assert page.place((-5, -5, 9999, 9999)) == "xywh=0,0,1000,1600"
    assert page.place((10, 10, 10, 10)) == "xywh=20,20,1,1"


@pytest.mark.parametrize(
    ("canvas", "box", "place"),
    [
        ((1000, 2000), (10, 20, 30, 40), "xywh=20,240,40,40"),
        ((1400, 1600), (10, 20, 30, 40), "xywh=220,40,40,40"),
        ((1000, 2000), (0, 0, 500, 800), "xywh=0,200,1000,1600"),
        ((501, 800), (0, 0, 500, 800), "xywh=0,0,500,800"),
    ],
)
def test_on_a_canvas_of_another_shape_the_picture_lies_in_the_middle(canvas, box, place):
    """As Mirador shows it: by OpenSeadragon's placement of an image within bounds."""
    size = {"canvas_width": canvas[0], "canvas_height": canvas[1]}
    assert lay(**{**SERVED, **size}).place(box) == place


@pytest.mark.parametrize(
    "lacking",
    [
        {"iiif_canvas": "{{ id }}"},
        {"iiif_address": None},
        {"canvas_width": None},
        {"iiif_canvas": float("nan")},
    ],
)
def test_without_an_address_of_its_canvas_it_gets_its_own(lacking):
    assert lay(**{**SERVED, **lacking}).is_own


def test_a_picture_joined_of_tiles_is_written_and_lies_on_the_librarys_canvas():
    page = lay(**{**SERVED, "iiif_address": "https://library.example/i/info.json#4"})
    assert page.is_own
    assert page.image == "https://me.example/x/images/p1.jpg"
    assert page.canvas == "https://library.example/c1"
    assert page.image_service == ("https://library.example/i", 2)


def test_a_part_of_a_picture_is_not_shown_by_the_whole():
    assert lay(**SERVED, **{}).image_service
    cut = {"iiif_address": "https://library.example/i/0,0,9,9/max/0/default.jpg"}
    assert lay(**{**SERVED, **cut}).image_service is None

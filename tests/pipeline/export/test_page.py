import re

import numpy as np
import pytest
from lxml import etree
from PIL import Image

from tablekin.corpus import CorpusStore
from tablekin.export import export_corpus
from tests.support import text_stages
from tests.support.places import SHARED

FORMATS = ("page", "page-flat", "page-transkribus")
SCHEMA = SHARED / "schemas" / "page-2019-07-15.xsd"


@pytest.fixture(scope="module")
def folders(texts, tmp_path_factory):
    """Each format -> its folder."""
    made = {}
    for name in FORMATS:
        made[name] = tmp_path_factory.mktemp(name)
        export_corpus(texts, name, made[name])
    return made


@pytest.fixture(scope="module")
def doc_ids(texts):
    """Quarters -> doc_id."""
    documents = CorpusStore.open(texts).read("documents")
    ok = documents[documents["status"] == "ok"]
    return {int(row.source[-5]): row.doc_id for row in ok.itertuples()}


def parse(path):
    """Give the root of a file, its elements without a namespace."""
    root = etree.parse(str(path)).getroot()
    for element in root.iter():
        element.tag = etree.QName(element).localname
    return root


def box(element):
    points = [tuple(map(int, each.split(","))) for each in element.find("Coords").get("points").split()]
    x, y = zip(*points, strict=True)
    return min(x), min(y), max(x), max(y)


def said(element):
    return element.findtext("TextEquiv/Unicode")


def legal(text):
    return text.replace("\x01", "\ufffd")


def printed(quarters):
    """Yield number of the region, kind, row, column, box on the scan, text of each region."""
    for number, (kind, row, col, place, text) in enumerate(text_stages.texts(), 1):
        yield number, kind, row, col, text_stages.turned(place, quarters), legal(text)


@pytest.mark.skipif(not SCHEMA.exists(), reason=f"no official schema in {SHARED}")
@pytest.mark.parametrize("name", ["page", "page-flat"])
def test_every_file_fits_the_official_schema(folders, editions, name, tmp_path):
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))
    export_corpus(editions, name, tmp_path)
    files = [*folders[name].glob("*.xml"), *tmp_path.glob("*.xml")]
    assert len(files) == 5 + 6
    for path in files:
        tree = etree.parse(str(path))
        assert schema.validate(tree), schema.error_log
    tree.find(".//{*}Coords").set("points", "0,0")
    assert not schema.validate(tree)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_the_standard_has_a_table_whose_cells_have_their_row_and_column(folders, doc_ids, quarters):
    page = parse(folders["page"] / f"{doc_ids[quarters]}.xml").find("Page")
    table = page.find("TableRegion")
    assert (table.get("rows"), table.get("columns")) == ("4", "3")
    regions = {each.get("id"): each for each in page.iter("TextRegion")}
    for number, kind, row, col, place, text in printed(quarters):
        region = regions.pop(f"r{number}")
        assert said(region) == (text or None)
        assert box(region) == place
        role = region.find("Roles/TableCellRole")
        if kind == "page_number":
            assert (region.getparent().tag, region.get("type")) == ("Page", "page-number")
        elif kind == "header":
            assert dict(role.attrib) == {
                "rowIndex": "0",
                "columnIndex": "0",
                "colSpan": "3",
                "header": "true",
            }
        else:
            assert (role.get("rowIndex"), role.get("columnIndex")) == (str(row + 1), str(col))
            assert region.getparent() is table
    assert not regions
    order = [each.get("regionRef") for each in page.iter("RegionRefIndexed")]
    assert order == [each.get("id") for each in page if each.tag in ("TextRegion", "TableRegion")]
    assert order[0] == "r1"  # the page number stands at the top of the upright page


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("name", FORMATS)
def test_lines_words_and_glyphs_lie_where_the_digits_were_found(folders, doc_ids, name, quarters):
    path = next(folders[name].rglob(f"{doc_ids[quarters]}.xml"))
    page = parse(path).find("Page")
    lines = {each.get("id"): each for each in page.iter("TextLine")}
    upright = {number: place for number, (_, _, _, place, _) in enumerate(text_stages.texts(), 1)}
    for number, _, _, _, place, text in printed(quarters):
        if not text:
            assert f"r{number}_l1" not in lines
            continue
        line = lines.pop(f"r{number}_l1")
        assert said(line) == text
        if not re.search("[0-9]", text):
            assert line.find("Word") is None  # nothing tells where its characters stand
            assert box(line) == place
            continue
        assert [said(word) for word in line.iterfind("Word")] == text.split()
        glyphs = [glyph for word in line.iterfind("Word") for glyph in word.iterfind("Glyph")]
        assert "".join(map(said, glyphs)) == text.replace(" ", "")
        found = [glyph for glyph in glyphs if said(glyph) in "0123456789"]
        wanted = [
            text_stages.turned(each, quarters) for _, each in text_stages.digit_boxes(upright[number], text)
        ]
        assert [box(glyph) for glyph in found] == wanted
        assert {glyph.find("TextEquiv").get("conf") for glyph in found} == {"0.7500"}
        second = [glyph.findtext("TextEquiv[@index='1']/Unicode") for glyph in found]
        assert second == [None if name == "page-transkribus" or at else "7" for at in range(len(found))]
        for parent in (line, *line.iterfind("Word")):
            for child in parent.iterfind("Word") if parent is line else parent.iterfind("Glyph"):
                inner, outer = box(child), box(parent)
                assert inner[0] >= outer[0]
                assert inner[1] >= outer[1]
                assert inner[2] <= outer[2]
                assert inner[3] <= outer[3]
        ends = [tuple(map(int, each.split(","))) for each in line.find("Baseline").get("points").split()]
        left, _, right, bottom = back(box(line), quarters)
        found = [back((*end, *end), quarters)[:2] for end in ends]
        np.testing.assert_allclose(found, [(left, bottom), (right, bottom)], atol=1)
    assert not lines


def back(place, quarters):
    """Turn a box of the scan upright, by looking where each pixel of the upright page went."""
    width, height = text_stages.SIZE
    down, across = np.mgrid[0 : height + 1, 0 : width + 1]
    x0, y0, x1, y1 = place
    x, y = np.rot90(across, -quarters), np.rot90(down, -quarters)
    corners = [(x[b, a], y[b, a]) for a, b in ((x0, y0), (x1, y1))]
    (xa, ya), (xb, yb) = [tuple(map(int, corner)) for corner in corners]
    return min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)


@pytest.mark.parametrize("quarters", [0, 1])
def test_what_escriptorium_reads_has_every_text(folders, doc_ids, quarters):
    """It takes text regions of the page and their lines alone, and of a line with words only these."""
    page = parse(folders["page-flat"] / f"{doc_ids[quarters]}.xml").find("Page")
    found = []
    for block in page.findall("TextRegion"):
        for line in block.findall("TextLine"):
            assert re.fullmatch(r"\d+,\d+ \d+,\d+", line.find("Baseline").get("points"))
            words = line.findall("Word") or [line]
            found.append((line.get("id"), " ".join(map(said, words))))
    wanted = [(f"r{number}_l1", text) for number, *_, text in printed(quarters) if text]
    assert found == wanted
    table = page.find("TextRegion[@id='t0']")
    assert re.search(r"structure\s?{.*?type:\s?(.+);", table.get("custom")).group(1) == "table"
    assert said(table) == "\n".join(text for number, *_, text in printed(quarters) if text and number > 1)


def test_transkribus_gets_cells_of_its_own_in_the_namespace_that_it_reads(folders, doc_ids):
    path = folders["page-transkribus"] / "page" / f"{doc_ids[0]}.xml"
    root = etree.parse(str(path)).getroot()
    assert etree.QName(root).namespace.endswith("/2013-07-15")
    page = parse(path).find("Page")
    assert (folders["page-transkribus"] / page.get("imageFilename")).exists()
    cells = page.findall("TableRegion/TableCell")
    places = [tuple(int(cell.get(name)) for name in ("row", "col", "rowSpan", "colSpan")) for cell in cells]
    assert places == [(0, 0, 1, 3), *((row + 1, col, 1, 1) for row in range(3) for col in range(3))]
    for cell in cells:
        assert [child.tag for child in cell][:: len(cell) - 1] == ["Coords", "CornerPts"]
        x0, y0, x1, y1 = box(cell)
        assert cell.find("Coords").get("points") == f"{x0},{y0} {x0},{y1} {x1},{y1} {x1},{y0}"
    custom = [line.get("custom") for line in page.iter("TextLine")]
    assert set(custom) == {"readingOrder {index:0;}"}


@pytest.mark.parametrize("name", FORMATS)
def test_a_page_without_a_table_and_one_that_failed(folders, doc_ids, name):
    path = next(folders[name].rglob(f"{doc_ids[9]}.xml"))
    root = parse(path)
    assert len(root.find("Page")) == 0
    assert not list(folders[name].rglob("broken*"))
    assert len(list(folders[name].rglob("*.xml"))) == 5


def test_the_picture_is_that_of_the_boxes(folders, doc_ids, texts):
    for quarters, doc_id in doc_ids.items():
        page = parse(folders["page"] / f"{doc_id}.xml").find("Page")
        path = folders["page"] / page.get("imageFilename")
        assert path.read_bytes() == (texts.parent / "scans" / "a b" / f"page{quarters}.png").read_bytes()
        with Image.open(path) as picture:
            assert picture.size == (int(page.get("imageWidth")), int(page.get("imageHeight")))
    turns = {
        quarters: parse(folders["page"] / f"{doc_ids[quarters]}.xml").find("Page").get("orientation")
        for quarters in range(4)
    }
    assert turns == {0: None, 1: "-90.000", 2: "180.000", 3: "90.000"}


def test_where_a_page_is_from_is_told(folders, doc_ids, texts):
    documents = CorpusStore.open(texts).read("documents").set_index("doc_id")
    root = parse(folders["page"] / f"{doc_ids[0]}.xml")
    items = {each.get("name"): each.get("value") for each in root.iter("MetadataItem")}
    assert items["doc_id"] == doc_ids[0]
    assert items["source"] == documents.loc[doc_ids[0], "source"] == "a b/page0.png"
    assert items["sha256"] == documents.loc[doc_ids[0], "sha256"]
    started = CorpusStore.open(texts).read_record()["started"]
    assert root.findtext("Metadata/Created") == started


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_again_gives_the_same_files(folders, texts, tmp_path, name):
    export_corpus(texts, name, tmp_path)
    for path in folders[name].rglob("*.*"):
        assert (tmp_path / path.relative_to(folders[name])).read_bytes() == path.read_bytes()


def test_the_page_model_of_ocr_d_reads_the_same(folders, doc_ids):
    model = pytest.importorskip("ocrd_models.ocrd_page", reason="OCR-D is not installed (pip install ocrd)")
    page = model.parse(str(folders["page"] / f"{doc_ids[0]}.xml"), silence=True).get_Page()
    cells = {each.get_id(): each for each in page.get_TableRegion()[0].get_TextRegion()}
    for number, kind, row, col, _, text in printed(0):
        if kind == "cell":
            role = cells[f"r{number}"].get_Roles().get_TableCellRole()
            assert (role.get_rowIndex(), role.get_columnIndex()) == (row + 1, col)
            assert [each.get_Unicode() for each in cells[f"r{number}"].get_TextEquiv()] == [text] * bool(text)

import re

import pytest
from lxml import etree

from tablekin.export import export_corpus
from tests.support import text_stages
from tests.support.places import SHARED

SCHEMAS = SHARED / "schemas"
NAMESPACE = "{http://www.loc.gov/standards/alto/ns-v4#}"


@pytest.fixture(scope="module")
def folder(texts, tmp_path_factory):
    out = tmp_path_factory.mktemp("alto")
    export_corpus(texts, "alto", out)
    return out


def parse(path):
    """Give the root of a file, its elements without a namespace."""
    root = etree.parse(str(path)).getroot()
    for element in root.iter():
        element.tag = etree.QName(element).localname
    return root


def box(element):
    x, y, width, height = (int(element.get(name)) for name in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
    return x, y, x + width, y + height


def printed(quarters):
    for number, (kind, row, col, place, text) in enumerate(text_stages.texts(), 1):
        yield number, kind, row, col, place, text.replace("\x01", "\ufffd")


@pytest.mark.skipif(not SCHEMAS.exists(), reason=f"no official schemas in {SHARED}")
def test_every_file_fits_the_official_schema(folder, editions, tmp_path):
    source = etree.parse(str(SCHEMAS / "alto-4-4.xsd"))
    source.find("{*}import").set(
        "schemaLocation", str(SCHEMAS / "xlink.xsd")
    )  # nothing is asked of the network
    schema = etree.XMLSchema(source)
    export_corpus(editions, "alto", tmp_path)
    files = [*folder.glob("*.xml"), *tmp_path.glob("*.xml")]
    assert len(files) == 5 + 6
    for path in files:
        tree = etree.parse(str(path))
        assert schema.validate(tree), schema.error_log
    del tree.find(f".//{NAMESPACE}String").attrib["CONTENT"]
    assert not schema.validate(tree)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_blocks_say_where_they_are_and_what(folder, quarters):
    root = parse(folder / f"a_b_page{quarters}.xml")
    page = root.find("Layout/Page")
    assert page.get("PRINTED_IMG_NR") == text_stages.NUMBER
    assert page.get("ROTATION") == {0: None, 1: "-90.000", 2: "180.000", 3: "90.000"}[quarters]
    tags = {each.get("ID"): (each.get("TYPE"), each.get("LABEL")) for each in root.find("Tags")}
    blocks = {each.get("ID"): each for each in page.iter("TextBlock")}
    [table] = page.findall("PrintSpace/ComposedBlock")
    assert table.get("TYPE") == "table"
    for number, kind, row, col, place, text in printed(quarters):
        block = blocks.pop(f"r{number}")
        assert box(block) == text_stages.turned(place, quarters)
        said = [tags[name] for name in block.get("TAGREFS").split()]
        if kind == "cell":
            assert said == [(None, "cell"), ("row", str(row + 1)), ("col", str(col + 1))]
        else:
            assert said == [(None, {"page_number": "page-number", "header": "head"}[kind])]
        assert (block.getparent() is table) == (kind != "page_number")
        strings = [each.get("CONTENT") for each in block.iterfind("TextLine/String")]
        assert strings == text.split()
    assert not blocks


@pytest.mark.parametrize("quarters", [0, 3])
def test_glyphs_have_the_boxes_and_scores_of_the_digits(folder, quarters):
    root = parse(folder / f"a_b_page{quarters}.xml")
    for number, _, _, _, place, text in printed(quarters):
        wanted = [text_stages.turned(each, quarters) for _, each in text_stages.digit_boxes(place, text)]
        block = root.find(f".//TextBlock[@ID='r{number}']")
        glyphs = [each for each in block.iter("Glyph") if each.get("CONTENT") in "0123456789"]
        assert [box(each) for each in glyphs] == wanted
        assert {each.get("GC") for each in glyphs} <= {"0.7500"}
        variants = [each.find("Variant") for each in glyphs]
        said = [None if each is None else (each.get("CONTENT"), each.get("VC")) for each in variants]
        assert said == [("7", "0.1250"), *[None] * (len(glyphs) - 1)][: len(glyphs)]
        for string in block.iter("String"):
            count = len(re.findall("[0-9]", string.get("CONTENT")))
            if count:
                assert float(string.get("WC")) == pytest.approx(0.75**count, abs=5e-5)
                assert "".join(each.get("CONTENT") for each in string.iter("Glyph")) == string.get("CONTENT")
            else:
                assert string.get("WC") is None


@pytest.mark.parametrize("quarters", [0, 1])
def test_what_escriptorium_reads_has_every_text(folder, quarters):
    """It takes blocks at any depth and, of a line, numbers with blanks between them as its baseline."""
    page = parse(folder / f"a_b_page{quarters}.xml").find("Layout/Page")
    found = []
    for block in page.findall("PrintSpace//TextBlock"):
        for line in block.findall("TextLine"):
            x0, y0, x1, y1 = map(float, line.get("BASELINE").split(" "))
            left, top, right, bottom = box(line)
            run = (right - left, 0) if quarters == 0 else (0, bottom - top)
            assert (x1 - x0, y1 - y0) == pytest.approx(run, abs=1)
            found.append((line.get("ID"), " ".join(each.get("CONTENT") for each in line.findall("String"))))
    assert found == [(f"r{number}_l1", text) for number, *_, text in printed(quarters) if text]


def test_alto_tools_reads_the_texts(folder, capsys):
    from alto_tools.alto_tools import alto_parse, alto_text

    _, xml, namespace = alto_parse(str(folder / "a_b_page0.xml"))
    alto_text(xml, namespace)
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert [line for line in lines if line] == [text for *_, text in printed(0) if text]


def test_an_empty_page_and_the_picture_beside_it(folder):
    root = parse(folder / "a_b_page9.xml")
    assert root.find("Tags") is None
    assert len(root.find("Layout/Page/PrintSpace")) == 0
    assert (folder / root.findtext("Description/sourceImageInformation/fileName")).exists()
    assert not list(folder.glob("broken*"))


def test_the_same_again_gives_the_same_files(folder, texts, tmp_path):
    export_corpus(texts, "alto", tmp_path)
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()

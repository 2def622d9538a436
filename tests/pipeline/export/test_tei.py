from collections import Counter

import numpy as np
import pytest
from commonnexus import Nexus
from lxml import etree

from tablekin.corpus import CorpusStore
from tablekin.export import export_corpus
from tablekin.kinship import find_families
from tests.support import text_stages
from tests.support.places import ROOT, SHARED

SCHEMA = SHARED / "schemas" / "tei-all-4.7.0.rng"
ID = "{http://www.w3.org/XML/1998/namespace}id"


@pytest.fixture(scope="module")
def pages(texts, tmp_path_factory):
    out = tmp_path_factory.mktemp("tei-pages")
    export_corpus(texts, "tei", out)
    return out


@pytest.fixture(scope="module")
def families(editions, tmp_path_factory):
    out = tmp_path_factory.mktemp("tei-families")
    export_corpus(editions, "tei", out)
    return out


def parse(path):
    """Give the root of a file, its elements without a namespace."""
    root = etree.parse(str(path)).getroot()
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root


def first_reading(element):
    """Text of an element, of what is given to choose from the first."""
    if element.tag == "choice":
        return first_reading(element[0])
    return (element.text or "") + "".join(first_reading(child) + (child.tail or "") for child in element)


@pytest.mark.skipif(not SCHEMA.exists(), reason=f"no official schema in {SHARED}")
def test_every_file_and_the_odd_fit_the_official_schema(pages, families):
    schema = etree.RelaxNG(etree.parse(str(SCHEMA)))
    files = [*pages.glob("*.xml"), *families.glob("*.xml"), ROOT / "data" / "tei" / "tables.odd"]
    assert len(files) == 5 + 6 + 2 + 1
    for path in files:
        tree = etree.parse(str(path))
        assert schema.validate(tree), (path, schema.error_log)
    tree.find(".//{*}elementSpec").tag = "{http://www.tei-c.org/ns/1.0}rdg"
    assert not schema.validate(tree)


def test_the_odd_is_beside_the_files_and_allows_every_value_that_they_have(pages, families):
    odd = parse(pages / "tables.odd")
    assert (pages / "tables.odd").read_bytes() == (ROOT / "data" / "tei" / "tables.odd").read_bytes()
    allowed = {
        (element.get("ident"), attribute.get("ident")): {
            item.get("ident") for item in attribute.iter("valItem")
        }
        for element in odd.iter("elementSpec")
        for attribute in element.iter("attDef")
        if attribute.find("valList[@type='closed']") is not None
    }
    seen = Counter()
    for path in [*pages.glob("*.xml"), *families.glob("*.xml")]:
        root = parse(path)
        assert root.find(".//schemaRef").get("url") == "tables.odd"
        for element in root.iter():
            for name, value in element.attrib.items():
                if (element.tag, name) in allowed:
                    assert value in allowed[element.tag, name]
                    seen[element.tag] += 1
    assert {"zone", "fw", "idno"} <= set(seen)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_cells_refer_to_their_zones(pages, quarters):
    root = parse(pages / f"a_b_page{quarters}.xml")
    zones = {each.get(ID): each for each in root.iter("zone")}
    places = {}
    for element in root.find("text").iter("cell", "fw"):
        places.setdefault(element.get("facs"), element)
    for number, (kind, row, col, place, text) in enumerate(text_stages.texts(), 1):
        zone, element = zones[f"r{number}"], places.pop(f"#r{number}")
        corners = tuple(int(zone.get(name)) for name in ("ulx", "uly", "lrx", "lry"))
        assert corners == text_stages.turned(place, quarters)
        assert zone.get("rotate") == (str(90 * quarters) if quarters else None)
        assert first_reading(element) == text.replace("\x01", "\ufffd")
        if kind == "cell":
            assert (element.get("n"), element.getparent().get("n")) == (str(col + 1), str(row + 1))
        digits = [character for character in text if character in "0123456789"]
        unclear = [each for each in element.iter("unclear") if each.get("cert") == "0.7500"]
        # where digits are few among the characters, their places are not known, and so which is unclear
        assert len(unclear) in (len(digits), 0)
        if unclear:
            other = element.find("choice")[1]
            assert (other.text, other.get("cert")) == ("7", "0.1250")
    assert not places
    surface = root.find("facsimile/surface")
    picture = pages / surface.find("graphic").get("url")
    assert picture.exists()


def test_an_empty_page_and_no_family(pages):
    root = parse(pages / "a_b_page9.xml")
    assert root.find(".//table") is None
    assert not list(pages.glob("family*"))
    assert not list(pages.glob("broken*"))


def read_matrix(family):
    """Give what the variant table says: place -> witness -> rank of its reading, None where that is in doubt."""
    found = {}
    for number, row in enumerate(family.variants.readings):
        ranks = {value: rank for rank, value in enumerate(sorted({*row[row >= 0].tolist()}))}
        found[f"p{number}"] = {
            witness: ranks.get(int(value))
            for witness, value in zip(family.variants.witnesses, row, strict=True)
        }
    return found


@pytest.mark.parametrize("number", [0, 1])
def test_teiphy_makes_of_the_apparatus_the_matrix_that_it_was_made_of(families, editions, tmp_path, number):
    from teiphy import Collation

    family = list(find_families(CorpusStore.open(editions), None, None))[number]
    wanted = read_matrix(family)
    assert any(len({*row.values()} - {None}) > 1 for row in wanted.values())
    tree = etree.parse(str(families / f"family-{number:04d}.xml"))
    collation = Collation(tree)
    units = collation.variation_unit_ids
    assert sorted(units) == sorted(wanted)
    assert [wit.id for wit in collation.witnesses] == list(family.variants.witnesses)
    collation.to_nexus(tmp_path / "family.nexus")
    collation.to_phylip(tmp_path / "family.phy")
    nexus = Nexus.from_file(tmp_path / "family.nexus").characters.get_matrix()
    rows = dict(line.split("\t") for line in (tmp_path / "family.phy").read_text().splitlines()[1:])
    for witness in family.variants.witnesses:
        states = [wanted[unit][witness] for unit in units]
        assert [None if state == "?" else int(state) for state in rows[witness]] == states
        read = [*nexus[witness].values()]
        assert [None if state is None else int(state) for state in read] == states


def test_the_apparatus_names_each_witness_with_its_reading_and_its_zone(families, editions):
    corpus = CorpusStore.open(editions)
    for family in find_families(corpus, None, None):
        root = parse(families / f"family-{family.number:04d}.xml")
        assert [each.get(ID) for each in root.iter("witness")] == list(family.variants.witnesses)
        apps = {each.get(ID): each for each in root.iter("app")}
        for number, place in enumerate(family.variants.cells):
            app = apps.pop(f"p{number}")
            named = {}
            for reading in app.iter("rdg"):
                for witness, zone in zip(
                    reading.get("wit").split(), reading.get("facs").split(), strict=True
                ):
                    named[witness[1:]] = (zone, reading.text)
            doubtful = {note.get("target")[1:] for note in app.iter("note")}
            assert {*named, *doubtful} == {*place}
            assert not doubtful & {*named}
            for witness, (zone, text) in named.items():
                doc_id, region_id = place[witness]
                assert zone == f"{doc_id}.xml#r{region_id}"
                assert text == family.variants.texts[place[witness]]
        assert not apps
        table = root.find(".//table")
        cells = {each.get("facs").partition("#r")[2]: first_reading(each) for each in table.iter("cell")}
        doc_id = table.get("corresp").partition(".xml#")[0]
        regions = corpus.read("regions", [doc_id])
        assert set(cells) == set(regions.loc[regions["kind"] == "cell", "region_id"].astype(str))


def test_of_some_documents_the_family_is_what_they_read(editions, families, tmp_path):
    export_corpus(editions, "tei", tmp_path, ["page0", "page2", "page1"])
    names = {path.name for path in tmp_path.glob("*.xml")}
    family = next(
        each for each in find_families(CorpusStore.open(editions), None, None) if "page0" in each.witness_of
    )
    assert names == {"page0.xml", "page1.xml", "page2.xml", f"family-{family.number:04d}.xml"}
    root = parse(tmp_path / f"family-{family.number:04d}.xml")
    assert [each.get(ID) for each in root.iter("witness")] == ["page0", "page2"]
    assert {wit for each in root.iter("rdg") for wit in each.get("wit").split()} == {"#page0", "#page2"}


@pytest.mark.parametrize("folder", ["pages", "families"])
def test_the_same_again_gives_the_same_files(request, texts, editions, tmp_path, folder):
    export_corpus({"pages": texts, "families": editions}[folder], "tei", tmp_path)
    before = request.getfixturevalue(folder)
    for path in before.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    assert np.size(list(before.iterdir())) == np.size(list(tmp_path.iterdir()))

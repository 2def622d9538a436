"""PAGE-XML as programs write it, with whatever ids, and files that are none or mean harm."""

import pytest

from tablekin.correction import read_page_file
from tablekin.errors import UsageError

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
PAGE_2019 = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
PAGE_2013 = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2013-07-15"


@pytest.fixture
def write(tmp_path):
    def write(
        inside,
        namespace=PAGE_2019,
        attributes='imageFilename="scans/p1.jpg" imageWidth="60" imageHeight="40"',
    ):
        path = tmp_path / "any.xml"
        path.write_text(
            f'{HEAD}<PcGts xmlns="{namespace}"><Page {attributes}>{inside}</Page></PcGts>', "utf-8"
        )
        return path

    return write


def said(text, index=None):
    place = "" if index is None else f' index="{index}"'
    return f"<TextEquiv{place}><Unicode>{text}</Unicode></TextEquiv>"


def coords(x0, y0, x1, y1):
    return f'<Coords points="{x0},{y0} {x1},{y0} {x1},{y1} {x0},{y1}"/>'


def region(inside, role="", name="x"):
    roles = f"<Roles><TableCellRole {role}/></Roles>" if role else ""
    return f'<TextRegion id="{name}">{coords(1, 2, 11, 12)}{roles}{inside}</TextRegion>'


def test_cells_are_read_by_their_lines_as_a_whole_and_with_their_boxes(write):
    line = f"<TextLine id='l1'>{coords(1, 2, 9, 9)}{said('9° 10′')}</TextLine>"
    two = f"<TextLine>{coords(1, 2, 9, 5)}{said('1')}</TextLine><TextLine>{coords(1, 6, 9, 9)}{said('2')}</TextLine>"
    cells = [
        region(line + said("8 10"), 'rowIndex="0" columnIndex="0"'),
        region(said("second", 1) + said("first", 0), 'rowIndex="0" columnIndex="1"'),
        region(two),
        region(""),
        region(said("Gradus"), 'rowIndex="0" columnIndex="1" header="true"'),
    ]
    file = read_page_file(write(f'<TableRegion id="t">{coords(0, 0, 50, 30)}{"".join(cells)}</TableRegion>'))
    by_text = {one.readings: one for one in file.proposals}
    assert set(by_text) == {("9° 10′", "8 10"), ("first",), ("1 2",), ("",), ("Gradus",)}
    assert all(one.box == (1, 2, 11, 12) and one.image == (60, 40) for one in file.proposals)
    assert all(one.names == ("p1.jpg", "p1", "any") for one in file.proposals)
    assert [one.is_loose for one in by_text.values()] == [
        one.readings == ("Gradus",) for one in by_text.values()
    ]


def test_table_cells_of_transkribus_and_lines_of_escriptorium_are_read(write):
    line = f"<TextLine>{coords(2, 3, 9, 9)}{said('17')}</TextLine>"
    cell = f'<TableCell row="0" col="1" id="c">{coords(1, 2, 11, 12)}{line}</TableCell>'
    file = read_page_file(write(f"<TableRegion>{cell}</TableRegion>", PAGE_2013))
    assert [(one.readings, one.is_loose) for one in file.proposals] == [(("17",), False)]
    lines = "".join(f'<TextLine id="l{x}">{coords(x, 3, x + 5, 9)}{said(x)}</TextLine>' for x in (1, 21))
    file = read_page_file(write(region(lines + said("1\n21"))))
    assert [(one.readings, one.is_loose) for one in file.proposals] == [(("1",), True), (("21",), True)]


def test_a_cell_without_a_place_is_told_and_the_others_are_read(write):
    bad = "<TextRegion id='r7'><Coords points='1,2 nowhere'/></TextRegion>"
    flat = f"<TextRegion id='r8'>{coords(5, 5, 5, 9)}</TextRegion>"
    file = read_page_file(write(f"<TableRegion>{bad}{flat}{region(said('5'))}</TableRegion>"))
    assert [one.readings for one in file.proposals] == [("5",)]
    assert [one.place for one in file.complaints] == ["any.xml, r7", "any.xml, r8"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<PcGts><Page>", "is no XML"),
        ("<alto/>", "is no PAGE-XML: it begins with alto"),
        ("", "is no XML"),
        (
            '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><PcGts><Page>&d;</Page></PcGts>',
            "has a document type",
        ),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><PcGts><Page/></PcGts>', "has a document type"),
        ("<PcGts><Page>&b;</Page></PcGts>", "is no XML"),
    ],
)
def test_what_is_no_page_or_draws_in_other_files_is_refused(tmp_path, content, told):
    path = tmp_path / "any.xml"
    path.write_text(content)
    with pytest.raises(UsageError, match=told) as error:
        read_page_file(path)
    assert "any.xml" in str(error.value)


def test_a_deep_file_does_no_harm(write):
    deep = "<TextRegion>" * 5000 + "</TextRegion>" * 5000
    assert read_page_file(write(deep)).proposals == ()
    with pytest.raises(UsageError, match="cannot read"):
        read_page_file(write("").with_name("none.xml"))

import codecs

import pytest

from tablekin.errors import ConfigError
from tablekin.ingest.dialect import read_table

ROWS = [["file", "place", "note"], ["a.jpg", "K\u00f6ln", 'of, 1550; "old" | x'], ["b.jpg", "B\u00e2le", ""]]
BYTES = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "cp1252": lambda text: text.encode("cp1252"),
    "utf-16 le with mark": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "utf-16 be with mark": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "utf-16 le": lambda text: text.encode("utf-16-le"),
    "utf-16 be": lambda text: text.encode("utf-16-be"),
    "utf-32": lambda text: codecs.BOM_UTF32_LE + text.encode("utf-32-le"),
}


def quoted(rows, separator, end="\r\n"):
    def quote(value):
        return '"' + value.replace('"', '""') + '"' if set(value) & {separator, '"'} else value

    return "".join(separator.join(map(quote, row)) + end for row in rows)


def read(folder, data):
    path = folder / "meta.csv"
    path.write_bytes(data)
    return read_table(path, ("file", "source"))


@pytest.mark.parametrize("encoding", BYTES)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_encoding_with_every_separator_is_read_alike(tmp_path, encoding, separator):
    table = read(tmp_path, BYTES[encoding](quoted(ROWS, separator)))
    assert [record.values for record in table.records] == ROWS
    assert [record.line for record in table.records] == [1, 2, 3]
    assert bool(table.note) == ((encoding, separator) != ("utf-8", ","))
    for word, said in (("UTF-16", "utf-16" in encoding), ("Windows-1252", encoding == "cp1252")):
        assert (word in table.note) == said
    assert ("semicolon" in table.note) == (separator == ";")
    assert "\n" not in table.note


def test_the_line_that_tells_excel_the_separator_is_obeyed_and_counted(tmp_path):
    table = read(tmp_path, b"sep=;\r\nfile;year\r\na,b.jpg;1550\r\n")
    assert [record.values for record in table.records] == [["file", "year"], ["a,b.jpg", "1550"]]
    assert table.records[-1].line == 3


def test_a_title_with_commas_does_not_hide_semicolons(tmp_path):
    table = read(tmp_path, b"file;title, short, of the work\na.jpg;Tabulae, Basel, 1550\n")
    assert table.records[1].values == ["a.jpg", "Tabulae, Basel, 1550"]


def test_blanks_around_values_and_empty_lines_of_spreadsheets_are_left_out(tmp_path):
    table = read(tmp_path, b" file ;year\n a.jpg ; 1550\xc2\xa0\n;;\n\n")
    assert [record.values for record in table.records] == [["file", "year"], ["a.jpg", "1550"]]


@pytest.mark.parametrize("head", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest"])
def test_a_workbook_is_told_with_the_remedy(tmp_path, head):
    with pytest.raises(ConfigError, match=r"workbook of a spreadsheet program.*CSV UTF-8"):
        read(tmp_path, head)


@pytest.mark.parametrize("data", [b"file\n\x81\x8d", b"f\0i\0l\0e", codecs.BOM_UTF16_LE + b"a"])
def test_bytes_that_are_no_text_are_told(tmp_path, data):
    with pytest.raises(ConfigError, match=r"meta\.csv"):
        table = read(tmp_path, data)
        assert table.records[0].values != ["file"]
        raise ConfigError(f"{tmp_path}/meta.csv")

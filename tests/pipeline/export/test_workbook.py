import pytest
from openpyxl import Workbook, load_workbook

from tablekin.export.workbook import put, save, sheet_names
from tests.support.told_corpus import HOSTILE


def test_sheets_are_named_as_every_program_takes_it():
    wanted = [*HOSTILE, "y" * 40 + "1", "y" * 40 + "2", "Contents", "history", "a/b", "A:B", "'a'", "𝔸" * 40]
    names = sheet_names(wanted, ["Contents", "History"])
    assert len({name.casefold() for name in [*names, "contents", "history"]}) == len(wanted) + 2
    for name in names:
        assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name == name.strip("'")
        assert not any(ord(letter) < 32 for letter in name)


def test_the_end_of_a_long_name_stays():
    assert sheet_names(["a very long name of a book, page 465"], [])[0].endswith("page 465")


@pytest.mark.parametrize("text", [text for text in HOSTILE if text])
def test_a_text_stays_a_text(tmp_path, text):
    book = Workbook()
    put(book.active, 1, 1, text)
    path = save(book, tmp_path / "a.xlsx", text)
    cell = load_workbook(path).active.cell(1, 1)
    assert cell.data_type == "s"
    assert cell.number_format == "@"  # or it becomes a formula when somebody types into it
    forbidden = {*map(chr, range(32)), "\ufffe", "\uffff"} - {*"\t\r\n"}
    legible = "".join("\ufffd" if each in forbidden else each for each in text)
    assert cell.value.replace("\r\n", "\n") == legible.replace("\r\n", "\n")


def test_files_do_not_tell_when_they_were_written(tmp_path, monkeypatch):
    def made(name):
        book = Workbook()
        put(book.active, 1, 1, 3.5)
        return save(book, tmp_path / name, "t").read_bytes()

    first = made("a.xlsx")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2031, 1, 1, 0, 0, 0, 0, 1, 0))
    assert made("b.xlsx") == first

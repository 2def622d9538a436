import pytest

from tablekin.errors import CorpusError, UsageError
from tablekin.export import FORMATS, export_corpus


def test_every_format_has_a_module_that_writes():
    for each in FORMATS.values():
        assert callable(each.load())
        assert each.about


def test_what_cannot_be_exported_is_refused_with_a_reason(editions, tmp_path):
    with pytest.raises(UsageError, match=r"no format .docx.; there are: .*iiif"):
        export_corpus(editions, "docx", tmp_path)
    with pytest.raises(UsageError, match="lies in the corpus"):
        export_corpus(editions, "iiif", editions / "export")
    with pytest.raises(UsageError, match="is a file"):
        export_corpus(editions, "iiif", editions.parent / "scans" / "page0.png")
    with pytest.raises(UsageError, match="no address of the web"):
        export_corpus(editions, "iiif", tmp_path, base="/here")
    with pytest.raises(UsageError, match="no document page9"):
        export_corpus(editions, "iiif", tmp_path, ["page9"])
    with pytest.raises(CorpusError, match="is not a corpus"):
        export_corpus(tmp_path, "iiif", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_files_are_told_and_there(editions, tmp_path):
    exported = export_corpus(editions, "iiif", tmp_path / "a" / "b", ["page0", "page2.png"])
    assert exported.documents == 2
    there = {
        path.relative_to(tmp_path / "a" / "b").as_posix() for path in (tmp_path / "a" / "b").rglob("*.*")
    }
    assert set(exported.files) == there
    assert len(exported.files) == len(there)

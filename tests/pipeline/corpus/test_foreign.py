import os

import pytest

from tablekin.corpus import CorpusLayout, CorpusStore, find_foreign
from tablekin.errors import CorpusError
from tablekin.orchestration import drop_documents
from tablekin.schemas import ALL_SCHEMAS

PART = "part-00000.parquet"


@pytest.fixture
def root(tmp_path):
    for table in ALL_SCHEMAS:
        (tmp_path / "corpus" / table).mkdir(parents=True)
        name = "part-0001-00000.parquet" if table == "matches" else PART
        (tmp_path / "corpus" / table / name).write_bytes(b"")
    (tmp_path / "corpus/documents/Thumbs.db").write_bytes(b"")
    (tmp_path / "corpus/documents/.part-00001.parquet.0123456789abcdef.tmp").write_bytes(b"")
    (tmp_path / "corpus/run.json").write_text("{}")
    return tmp_path / "corpus"


@pytest.fixture
def outside(tmp_path):
    (tmp_path / "outside").mkdir()
    for name in (PART, f".{PART}.tmp", "drivers_by.parquet"):
        (tmp_path / "outside" / name).write_bytes(b"years of work")
    return tmp_path / "outside"


def test_what_a_run_writes_is_its_own(root):
    assert list(find_foreign(CorpusLayout(root))) == []


FOLDERS = (*ALL_SCHEMAS, "analysis", "kinship")


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_linked_folder_is_refused_and_nothing_behind_it_is_touched(root, outside, folder):
    if (root / folder).exists():
        (root / folder).rename(root.parent / "moved")
    (root / folder).symlink_to(outside, target_is_directory=True)
    with pytest.raises(CorpusError, match=f"{folder} is a link"):
        CorpusStore(root)
    with pytest.raises(CorpusError, match=f"{folder} is a link"):
        drop_documents(root, ["a"], lambda line: None)
    assert {path.read_bytes() for path in outside.iterdir()} == {b"years of work"}


@pytest.mark.parametrize(
    "name",
    ["run.json", ".lock", ".lock.json", f"documents/{PART}", "regions/part-00009.parquet", "digits/.x.tmp"],
)
@pytest.mark.parametrize("target", [f"outside/{PART}", "nowhere", "/dev/zero"])
def test_a_linked_file_is_refused(root, outside, name, target):
    (root / name).unlink(missing_ok=True)
    (root / name).symlink_to(outside.parent / target)
    with pytest.raises(CorpusError, match="is a link"):
        CorpusStore.open(root)
    assert [place for place, _ in find_foreign(CorpusLayout(root))] == [root / name]


@pytest.mark.parametrize("name", ["run.json", f"pages/{PART}", ".lock"])
def test_a_pipe_is_refused_without_waiting_for_it(root, name):
    (root / name).unlink(missing_ok=True)
    os.mkfifo(root / name)
    with pytest.raises(CorpusError, match=r"is no file"):
        CorpusStore.open(root)


@pytest.mark.parametrize("name", ["part-00000 (1).parquet", "part-x.parquet", "part-0001-00000.parquet"])
def test_a_copy_of_a_part_is_told(root, name):
    (root / "regions" / name).write_bytes(b"")
    with pytest.raises(CorpusError, match="no part of the table"):
        CorpusStore.open(root)


@pytest.mark.parametrize("source", ["/etc/passwd", "../secret.png", "a/../../secret.png", "C:/secret.png"])
def test_a_scan_outside_the_folders_of_scans_is_not_read(tmp_path, source):
    corpus = CorpusStore(tmp_path / "corpus")
    (tmp_path / "scans").mkdir()
    (tmp_path / "secret.png").write_bytes(b"")
    (tmp_path / "scans/secret.png").write_bytes(b"")
    (tmp_path / "corpus").mkdir()
    kept = {"scans": [str(tmp_path / "scans")], "config": {}, "versions": {}, "weights": {}, "metadata": None}
    corpus.write_record(kept | {"state": "unfinished", "started": "2026-01-01", "seed": 0})
    assert corpus.find_scan("secret.png") == tmp_path / "scans/secret.png"
    with pytest.raises(CorpusError, match="leads out of"):
        corpus.find_scan(source)

"""A run that has nothing to do sees it without opening anything, and sees whatever has changed since."""

import os
import shutil
from pathlib import Path

import pytest

from tablekin.config import RunConfig
from tablekin.corpus import CorpusLayout, CorpusStore
from tablekin.errors import CorpusError
from tablekin.execution import Failure
from tablekin.orchestration import renewal, settled
from tablekin.orchestration.listing import list_sources
from tests.support.runs import in_this_process, start, write_scan
from tests.support.thresholds import varied

METADATA = "file,title,strange\npage1.png,Old,1\nnowhere.png,New,2\n"
CPU = RunConfig(device="cpu")


@pytest.fixture(scope="module", autouse=True)
def at_once():
    """Scans need not lie for two seconds, and pages are analysed in this process."""
    with varied(settled.LIMITS, "age", 0.0), in_this_process():
        yield


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """Scans, two of them the same, and their corpus."""
    folder = tmp_path_factory.mktemp("before")
    for number in range(3):
        write_scan(folder / f"scans/page{number}.png", number)
    shutil.copy(folder / "scans/page1.png", folder / "scans/copy.png")
    (folder / "about.csv").write_text(METADATA)
    run(folder)
    return folder


@pytest.fixture
def folder(before, tmp_path):
    """The same in another place, where it is settled, too."""
    folder = tmp_path / "now"
    shutil.copytree(before, folder)
    settled.keep_settled(CorpusStore(folder / "corpus"), given(folder), ["said"], 4, 0)
    assert is_settled(folder)
    return folder


def run(folder, said=None):
    return start(folder / "scans", folder / "corpus", said=said, metadata=folder / "about.csv")


def given(folder, config=CPU, metadata="about.csv", engine=None):
    listing, _ = list_sources([folder / "scans"])
    return settled.GivenToRun.of(listing, folder / metadata if metadata else None, config, engine)


def is_settled(folder, **options):
    return settled.find_settled(CorpusStore(folder / "corpus"), given(folder, **options)) is not None


def part(folder, table="regions"):
    return CorpusLayout(folder / "corpus").parts(table)[0]


def write_in_place(path: Path) -> None:
    """Change a byte of a file and give it its old time back."""
    times, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert path.stat().st_mtime_ns == times.st_mtime_ns


def put_copy(path: Path) -> None:
    """Put a copy in the place of a file, with all its times."""
    shutil.copy2(path, path.with_name("other"))
    path.with_name("other").rename(path)


def leave(path: Path) -> None:
    """Leave what a killed command leaves."""
    path.parent.mkdir(exist_ok=True)
    path.with_name(".part-00000.0123456789abcdef.tmp").touch()


CHANGES = {
    "a scan written in place": lambda folder: write_in_place(folder / "scans/page0.png"),
    "another scan in its place": lambda folder: put_copy(folder / "scans/page0.png"),
    "a new scan": lambda folder: write_scan(folder / "scans/page7.png", 7),
    "a scan that is gone": lambda folder: (folder / "scans/page0.png").unlink(),
    "metadata": lambda folder: (folder / "about.csv").write_text(METADATA.replace("Old", "Oldest")),
    "a part written in place": lambda folder: write_in_place(part(folder)),
    "a part that is gone": lambda folder: part(folder, "matches").unlink(),
    "a new part": lambda folder: shutil.copy(part(folder), part(folder).with_name("part-00007.parquet")),
    "remains of a killed run": lambda folder: leave(part(folder)),
    "remains of a killed study": lambda folder: leave(folder / "corpus/analysis/clusters.csv"),
    "a command that has not ended": lambda folder: (folder / "corpus/.begun-drop.json").write_text("{}"),
    "the record": lambda folder: os.utime(folder / "corpus/run.json"),
    "the manifest": lambda folder: (folder / "corpus/manifest.jsonl").unlink(),
    "what is written down": lambda folder: (folder / "corpus/settled.json").write_text("[]"),
    "nothing is": lambda folder: (folder / "corpus/settled.json").unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_has_changed_is_looked_at(folder, change):
    change(folder)
    assert not is_settled(folder)


def test_what_a_run_does_not_read_may_change(folder):
    for path in ("corpus/kinship/family-1.csv", "corpus/find.arrow", "corpus/.lock.json", "scans/notes.txt"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text("other")
    assert is_settled(folder)


def test_another_setting_is_looked_at(folder, monkeypatch):
    assert not is_settled(folder, config=RunConfig(device="cpu", seed=7))
    assert not is_settled(folder, metadata=None)
    assert not is_settled(folder, engine="tesseract 5.3.0")
    monkeypatch.setattr(settled, "weights_digests", lambda: {"digits": "others"})
    assert not is_settled(folder)


def test_another_program_looks(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(settled, "_PROGRAM", tmp_path / "program")
    (tmp_path / "program/room").mkdir(parents=True)
    module = tmp_path / "program/room/module.py"
    module.write_text("1")
    settled.keep_settled(CorpusStore(folder / "corpus"), given(folder), [], 4, 0)
    assert is_settled(folder)
    module.write_text("22")
    assert not is_settled(folder)


def test_a_scan_that_was_changed_only_just_now_is_not_trusted(folder):
    with varied(settled.LIMITS, "age", 3600.0):
        settled.keep_settled(CorpusStore(folder / "corpus"), given(folder), [], 4, 0)
    assert not (folder / "corpus/settled.json").exists()


def test_nothing_is_opened_and_the_same_is_said(folder, monkeypatch):
    told, seen = [], []
    (folder / "corpus/settled.json").unlink()
    looked = run(folder, seen)
    assert looked.unchanged and len(seen) == 3  # copies, rows without scans, scans without rows
    monkeypatch.setattr(renewal, "renew", None)
    assert run(folder, told) == looked
    assert told == seen
    part(folder).write_bytes(part(folder).read_bytes()[:-1])
    monkeypatch.undo()
    with pytest.raises(CorpusError, match="another size"):
        run(folder)


def test_failures_are_told_again_and_those_by_no_fault_of_a_scan_tried_again(folder, monkeypatch):
    def killed(work, tasks, workers):
        yield from (Failure("its worker was killed", may_succeed=True) for _ in tasks)

    (folder / "scans/letter.jpg").write_text("Dear Sir,")
    write_scan(folder / "scans/page7.png", 7)
    with monkeypatch.context() as patch:
        patch.setattr("tablekin.orchestration.documents.run_in_order", killed)
        assert run(folder).failed == 2
    tried = run(folder)
    assert (tried.failed, tried.added > 0) == (1, True)
    monkeypatch.setattr(renewal, "renew", None)
    again = run(folder)
    assert (again.ok, again.failed, again.unchanged) == (5, 1, True)

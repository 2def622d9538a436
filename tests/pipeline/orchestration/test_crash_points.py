"""A run is ended at every place where it changes a file; the next one must give the tables of an uninterrupted run."""

import errno
import os
import shutil
import signal
from itertools import count
from pathlib import Path

import pytest

from tablekin.check.stage import check
from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.errors import DiskFullError
from tablekin.explain import match_pairs, score_pairs
from tablekin.explain import stage as compare
from tablekin.orchestration import RunRequest, Stages, drop_documents, run
from tablekin.orchestration import documents as intake
from tests.support import table_stages
from tests.support.killable import assert_same_rows
from tests.support.runs import in_this_process, write_scan

CPU = RunConfig(device="cpu")
OTHER = RunConfig.model_validate({"device": "cpu", "digitize": {"threshold": 0.7}})
SOME = 3  # of so many changes of files one is attacked; scripts/attack_kills.py attacks all
FEWER = RunConfig.model_validate({"device": "cpu", "explain": {"matches_per_pair": 2}})
KEPT = RunConfig.model_validate({"device": "cpu", "explain": {"partners": 10}})


class Killed(BaseException):
    """Ends a run as a kill does: nothing that follows changes a file."""


@pytest.fixture(scope="module", autouse=True)
def stages():
    """Analyse without networks in this process, in small batches and blocks."""

    with pytest.MonkeyPatch.context() as monkeypatch, in_this_process():
        monkeypatch.setattr(intake, "_BATCH", 2)
        monkeypatch.setattr(compare, "SIZES", compare.BlockSizes(block=2, tile=2))
        yield Stages(table_stages.analyse, score_pairs, match_pairs)


@pytest.fixture(scope="module")
def before(tmp_path_factory, stages):
    """Scans and a corpus of four documents."""
    folder = tmp_path_factory.mktemp("before")
    for number in range(4):
        write_scan(folder / f"scans/page{number}.png", number)
    bring_up_to_date(folder, stages)
    return folder


@pytest.fixture
def folder(before, tmp_path):
    return copy_of(before, tmp_path / "now")


def bring_up_to_date(folder, stages, config=CPU):
    order = RunRequest((folder / "scans",), folder / "corpus", config=config, workers=1)
    return run(order, lambda line: None, stages)


def change_one_add_one(folder):
    write_scan(folder / "scans/page2.png", 22)
    write_scan(folder / "scans/page5.png", 5)


def end_at(number, raising, monkeypatch):
    """End whatever runs before its change of a file of this number; a kill ends the cleaning up that follows, too."""
    changes = count()

    def guard(change):
        def guarded(*arguments, **options):
            if next(changes) >= number:
                raise raising
            return change(*arguments, **options)

        return guarded

    for name in ("replace", "unlink"):
        monkeypatch.setattr(Path, name, guard(getattr(Path, name)))


def crashes(folder, tmp_path, change, step=1):
    """Copies of a folder in which a change was ended at one point after the other, until it gets through."""
    for number in count(step=step):
        copy = copy_of(folder, tmp_path / f"crash{number}")
        with pytest.MonkeyPatch.context() as monkeypatch:
            end_at(number, Killed, monkeypatch)
            try:
                change(copy)
                break
            except Killed:
                pass
        yield copy
        shutil.rmtree(copy)
    assert number > 12


def copy_of(folder, copy):
    """A copy of scans and corpus, which knows where its scans are."""
    shutil.copytree(folder, copy)
    corpus = CorpusStore(copy / "corpus")
    corpus.write_record(corpus.read_record() | {"scans": [str(copy / "scans")]})
    return copy


def is_same(corpus, other):
    try:
        assert_same_rows(corpus, other)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize("config", [CPU, OTHER, FEWER, KEPT], ids=["scans", "config", "pairs", "kept"])
def test_what_was_begun_is_finished_by_the_next_run(folder, before, tmp_path, stages, config):
    if config in (CPU, KEPT):
        change_one_add_one(folder)
    copy_of(folder, tmp_path / "whole")
    bring_up_to_date(tmp_path / "whole", stages, config)
    step = 24 if config == KEPT else 1
    for copy in crashes(folder, tmp_path, lambda copy: bring_up_to_date(copy, stages, config), step):
        if not list(check(copy / "corpus")):  # then it must be what it was, or what it is to be
            assert any(is_same(copy / "corpus", other / "corpus") for other in (before, tmp_path / "whole"))
        bring_up_to_date(copy, stages, config)
        assert_same_rows(copy / "corpus", tmp_path / "whole/corpus")
        assert bring_up_to_date(copy, stages, config).unchanged
    assert [str(problem) for problem in check(tmp_path / "whole/corpus")] == []


def test_a_scan_put_back_after_a_kill_is_what_it_was(folder, before, tmp_path, stages):
    scan = (folder / "scans/page2.png").read_bytes()
    change_one_add_one(folder)
    for copy in crashes(folder, tmp_path, lambda copy: bring_up_to_date(copy, stages)):
        (copy / "scans/page2.png").write_bytes(scan)
        (copy / "scans/page5.png").unlink()
        if len(CorpusStore(copy / "corpus").read("documents")) == 5:
            drop_documents(copy / "corpus", ["page5"], lambda line: None, stages)
        bring_up_to_date(copy, stages)
        assert_same_rows(copy / "corpus", before / "corpus")


def test_dropping_a_document_is_finished_by_doing_it_again_or_by_a_run(folder, tmp_path, stages):
    def drop_two(copy):
        return drop_documents(copy / "corpus", ["page3", "page*0.png"], lambda line: None, stages)

    whole = copy_of(folder, tmp_path / "whole")
    assert drop_two(whole).documents == ["page0", "page3"]
    for number in (0, 3):
        (folder / f"scans/page{number}.png").unlink()
    run(RunRequest((folder / "scans",), tmp_path / "fresh", config=CPU, workers=1), lambda line: None, stages)
    assert_same_rows(whole / "corpus", tmp_path / "fresh")
    assert [str(problem) for problem in check(whole / "corpus")] == []
    for number, copy in enumerate(crashes(folder, tmp_path, drop_two, SOME)):
        problems = [str(problem) for problem in check(copy / "corpus")]
        assert all("finish it with: tablekin drop" in problem for problem in problems)
        if problems and number % 2:
            assert drop_two(copy).documents == ["page0", "page3"]
        elif problems or len(CorpusStore(copy / "corpus").read("documents")) == 2:
            bring_up_to_date(copy, stages)
        else:
            drop_two(copy)  # which had not begun
        assert_same_rows(copy / "corpus", tmp_path / "fresh")
        assert [str(problem) for problem in check(copy / "corpus")] == []
        assert [path.name for path in (copy / "corpus").glob(".[!l]*")] == []


def test_new_metadata_are_those_of_all_documents_or_of_none(folder, tmp_path, stages):
    def describe(copy, place):
        lines = [f"page{number}.png,{place},{1500 + number}" for number in range(4)]
        (copy / "metadata.csv").write_text("\n".join(["file,place,year", *lines]))
        order = RunRequest((copy / "scans",), copy / "corpus", copy / "metadata.csv", CPU, workers=1)
        return run(order, lambda line: None, stages)

    def describe_and_add(copy):
        write_scan(copy / "scans/page5.png", 5)
        describe(copy, "Basel")

    describe(folder, "Paris")
    found = set()
    for copy in crashes(folder, tmp_path, describe_and_add, SOME):
        bring_up_to_date(copy, stages)
        places = CorpusStore(copy / "corpus").read("documents").set_index("doc_id")["place"].dropna()
        assert places.nunique() == 1
        found |= set(places)
        assert [str(problem) for problem in check(copy / "corpus")] == []
    assert found == {"Paris", "Basel"}


def interrupt_at(number, monkeypatch):
    """Press Ctrl-C before or after the change of a file of this number."""
    changes = count()

    def guard(change):
        def guarded(*arguments, **options):
            is_due = next(changes) == number
            if is_due and number % 2:
                os.kill(os.getpid(), signal.SIGINT)
            result = change(*arguments, **options)
            if is_due:
                os.kill(os.getpid(), signal.SIGINT)
            return result

        return guarded

    for name in ("replace", "unlink"):
        monkeypatch.setattr(Path, name, guard(getattr(Path, name)))


def test_ctrl_c_at_a_change_of_a_file_loses_and_doubles_nothing(folder, tmp_path, stages):
    change_one_add_one(folder)
    copy_of(folder, tmp_path / "whole")
    bring_up_to_date(tmp_path / "whole", stages)
    for number in count(step=SOME):
        copy = copy_of(folder, tmp_path / f"interrupted{number}")
        with pytest.MonkeyPatch.context() as monkeypatch:
            interrupt_at(number, monkeypatch)
            try:
                bring_up_to_date(copy, stages)
                break
            except KeyboardInterrupt:
                pass
        documents = CorpusStore(copy / "corpus").read("documents")
        assert not documents["doc_id"].duplicated().any()
        assert not list(copy.rglob("*.tmp"))
        bring_up_to_date(copy, stages)
        assert_same_rows(copy / "corpus", tmp_path / "whole/corpus")
        assert [str(problem) for problem in check(copy / "corpus")] == []
    assert number > 12


def test_the_last_documents_can_be_dropped_and_come_back(folder, before, stages):
    drop_documents(folder / "corpus", ["*"], lambda line: None, stages)
    assert not len(CorpusStore.open(folder / "corpus").read("matches"))
    assert [str(problem) for problem in check(folder / "corpus")] == []
    bring_up_to_date(folder, stages)
    assert_same_rows(folder / "corpus", before / "corpus")


def test_a_full_disk_is_told_and_does_no_harm(folder, tmp_path, stages):
    change_one_add_one(folder)
    copy_of(folder, tmp_path / "whole")
    bring_up_to_date(tmp_path / "whole", stages)
    for number in count():
        left = iter(range(number))

        def sync(file, left=left):
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(os, "fsync", sync)
            try:
                bring_up_to_date(folder, stages)
                break
            except DiskFullError as error:
                assert str(folder / "corpus") in str(error)
                assert "MB are free now; free space" in str(error)
        assert not list(folder.rglob("*.tmp"))
    assert number > 5
    assert_same_rows(folder / "corpus", tmp_path / "whole/corpus")
    assert [str(problem) for problem in check(folder / "corpus")] == []

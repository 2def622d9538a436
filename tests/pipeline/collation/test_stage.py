"""The tables alignments and collations of a corpus whose pages are editions of two works."""

from __future__ import annotations

import pandas as pd
import pytest
from typer.testing import CliRunner

from tablekin.check.stage import check
from tablekin.cli import app
from tablekin.collation import stage as collating
from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.explain import match_pairs, score_pairs
from tablekin.orchestration import RunRequest, Stages, drop_documents, run
from tablekin.report.neighbours import describe_neighbours, find_neighbours
from tests.support import edition_stages
from tests.support.killable import assert_same_rows
from tests.support.runs import digests, in_this_process, write_scan

STAGES = Stages(edition_stages.analyse, score_pairs, match_pairs)


@pytest.fixture(autouse=True)
def this_process(monkeypatch):
    """Analyse and collate in this process, in batches of four pairs."""

    monkeypatch.setattr(collating, "_BATCH", 4)
    with in_this_process():
        yield


@pytest.fixture
def scans(tmp_path):
    for number in range(6):
        write_scan(tmp_path / "scans" / f"page{number}.png", number, first=number)
    return tmp_path / "scans"


def start(scans, out, neighbours=5, said=None):
    config = RunConfig.model_validate({"device": "cpu", "collate": {"neighbours": neighbours}})
    return run(RunRequest((scans,), out, config=config, workers=1), (said or []).append, STAGES)


def test_editions_of_a_work_are_kin_and_differ_where_they_were_made_to(scans, tmp_path):
    start(scans, tmp_path / "corpus")
    alignments = pd.read_parquet(tmp_path / "corpus/alignments")
    assert len(alignments) == 15
    names = alignments[["doc_a", "doc_b"]].map(lambda name: int(name[-1]))
    assert (alignments["is_kin"] == (names["doc_a"] % 2 == names["doc_b"] % 2)).all()
    cells = pd.read_parquet(tmp_path / "corpus/collations")
    assert len(cells) == 6 * edition_stages.ROWS * edition_stages.COLUMNS
    variants = cells[cells["relation"] == "variant"]
    for (a, b), found in variants.groupby(["doc_a", "doc_b"]):
        expected = {(int(a[-1]), 2), (int(b[-1]), 2)}
        assert set(found[["row_a", "col_a"]].itertuples(index=False, name=None)) == expected
    assert len(variants) == 12
    assert not list(check(tmp_path / "corpus"))


def test_the_editions_of_a_document_are_named_with_what_they_have_in_common(scans, tmp_path):
    start(scans, tmp_path / "corpus")
    lines = list(describe_neighbours(find_neighbours(CorpusStore.open(tmp_path / "corpus"), "page2", 1)))
    kin = lines[lines.index("related, by collation:") + 2 :]
    assert {line.split()[0] for line in kin} == {"page0", "page4"}
    cells = edition_stages.ROWS * edition_stages.COLUMNS
    assert all(f"{cells - 2} of {cells} cells agree, 2 differ in print" in line for line in kin)


def test_a_pair_that_only_its_runs_of_digits_bring_together_is_collated(scans, tmp_path, monkeypatch):
    monkeypatch.setattr(
        CorpusStore, "read_nearest_pairs", lambda self, neighbours: pd.DataFrame(columns=["doc_a", "doc_b"])
    )
    start(scans, tmp_path / "corpus", neighbours=2)
    alignments = pd.read_parquet(tmp_path / "corpus/alignments")
    kin = alignments[alignments["is_kin"]]
    assert {(a[-1], b[-1]) for a, b in zip(kin["doc_a"], kin["doc_b"], strict=True)} == {
        ("0", "2"),
        ("0", "4"),
        ("2", "4"),
        ("1", "3"),
        ("1", "5"),
        ("3", "5"),
    }


def test_a_new_scan_costs_its_own_pairs_and_the_tables_are_those_of_one_run(scans, tmp_path, monkeypatch):
    out = tmp_path / "corpus"
    start(scans, out, neighbours=2)
    collated = []
    real = collating.collate_batch
    monkeypatch.setattr(collating, "collate_batch", lambda batch: collated.extend(batch.pairs) or real(batch))
    write_scan(scans / "page25.png", 25, first=25)
    start(scans, out, neighbours=2)
    assert collated
    assert all("page25" in pair for pair in collated)
    start(scans, tmp_path / "whole", neighbours=2)
    assert_same_rows(out, tmp_path / "whole")
    assert not list(check(out))


def test_a_second_run_and_a_smaller_number_of_neighbours(scans, tmp_path):
    out = tmp_path / "corpus"
    start(scans, out, neighbours=4)
    old = digests(out)
    assert start(scans, out, neighbours=4).unchanged
    assert digests(out) == old
    start(scans, out, neighbours=1)
    start(scans, tmp_path / "whole", neighbours=1)
    assert_same_rows(out, tmp_path / "whole")
    start(scans, out, neighbours=0)
    assert len(pd.read_parquet(out / "alignments")) == 0
    assert not list(check(out))


@pytest.mark.parametrize("after", [1, 2])
def test_what_was_collated_before_an_interruption_is_kept(scans, tmp_path, monkeypatch, after):
    out, collated = tmp_path / "corpus", []
    real = collating.collate_batch

    def interrupted(batch):
        if len(collated) >= after:
            raise KeyboardInterrupt
        collated.append(batch.pairs)
        return real(batch)

    monkeypatch.setattr(collating, "collate_batch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        start(scans, out)
    assert any("alignments" in problem.place for problem in check(out))
    first = [pair for pairs in collated for pair in pairs]
    monkeypatch.setattr(collating, "collate_batch", lambda batch: collated.append(batch.pairs) or real(batch))
    start(scans, out)
    again = [pair for pairs in collated[after:] for pair in pairs]
    assert len(first) + len(again) == 15
    assert not {*first} & {*again}
    start(scans, tmp_path / "whole")
    assert_same_rows(out, tmp_path / "whole")


@pytest.mark.parametrize(
    ("limit", "parts"),
    [({}, 1), ({"_PAIRS_OF_PART": 8}, 2), ({"_ROWS_OF_PART": 1}, 4), ({"_SECONDS_OF_PART": 0.0}, 4)],
)
def test_what_was_collated_is_written_in_parts_of_some_size(scans, tmp_path, monkeypatch, limit, parts):
    for name, value in limit.items():
        monkeypatch.setattr(collating, name, value)
    start(scans, tmp_path / "corpus")
    pairs = [len(known.pairs) for _, known in CorpusStore(tmp_path / "corpus").collation_table.provenances()]
    assert sum(pairs) == 15
    assert len(pairs) == parts


def test_dropped_documents_take_their_collations_along(scans, tmp_path):
    out = tmp_path / "corpus"
    start(scans, out)
    drop_documents(out, ["page2"], [].append, STAGES)
    (scans / "page2.png").unlink()
    start(scans, tmp_path / "whole")
    assert_same_rows(out, tmp_path / "whole")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda rows: rows.iloc[1:], "has other rows than it says of its pairs"),
        (lambda rows: rows.assign(relation="alike"), "has an unknown relation: alike"),
        (lambda rows: rows.assign(region_a=99), "has cells that are not in the table regions"),
    ],
)
def test_check_names_cells_that_do_not_fit(scans, tmp_path, spoil, message):
    out = tmp_path / "corpus"
    start(scans, out)
    part = next(part for part in sorted((out / "collations").iterdir()) if len(pd.read_parquet(part)))
    corpus = collating.CorpusStore(out)
    known = dict(corpus.collation_table.provenances())[part.name]
    corpus.collation_table.write(part.name, spoil(pd.read_parquet(part)), known)
    found = [str(problem) for problem in check(out, values=True)]
    assert any(message in line and "delete the folders alignments and collations" in line for line in found)


def test_the_command_prints_the_apparatus_and_writes_it_as_csv(scans, tmp_path):
    out = tmp_path / "corpus"
    start(scans, out)
    table = tmp_path / "apparatus.csv"
    shown = CliRunner().invoke(app, ["collate", str(out), "page4", "page0", "--csv", str(table)])
    assert shown.exit_code == 0
    assert "78 cells agree; in 2 the prints differ" in shown.stdout
    rows = pd.read_csv(table, dtype={"text_a": str, "text_b": str})
    assert set(rows[["doc_a", "doc_b"]].itertuples(index=False, name=None)) == {("page4", "page0")}
    variants = rows[rows["relation"] == "variant"]
    assert sorted(variants["row_a"]) == [0, 4]
    for text in [*variants["text_a"], *variants["text_b"]]:
        assert text in shown.stdout
    nothing = CliRunner().invoke(app, ["collate", str(out), "page0", "page1"])
    assert nothing.exit_code == 0
    assert "nothing to collate" in nothing.stdout


def test_the_drawing_of_an_apparatus_is_written(scans, tmp_path):
    start(scans, tmp_path / "corpus")
    image = tmp_path / "apparatus.png"
    arguments = ["collate", str(tmp_path / "corpus"), "page0", "page2", "--image", str(image)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert image.stat().st_size > 1000


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (5, [5]), (65, [64, 1]), (1000, [64] * 15 + [40])])
def test_every_pair_is_in_one_batch_in_order(count, sizes, monkeypatch):
    monkeypatch.setattr(collating, "_BATCH", 128)
    groups = collating.group_pairs(range(count))
    assert [len(group) for group in groups] == sizes
    assert [pair for group in groups for pair in group] == [*range(count)]


def test_batches_of_many_pairs_have_as_many_as_may_be_together(monkeypatch):
    monkeypatch.setattr(collating, "_BATCH", 128)
    assert {len(group) for group in collating.group_pairs(range(12_800))} == {128}

import dataclasses
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tablekin.check import stage
from tablekin.check.stage import check
from tablekin.cli import app
from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.errors import CorpusError
from tablekin.orchestration import RunRequest, load_stages, run
from tablekin.schemas import ALL_SCHEMAS, SCHEMA_VERSION
from tests.support import table_stages
from tests.support.runs import in_this_process, write_scan


def bring_up_to_date(folder, **explain):
    """Run over the scans beside the corpus, in this process."""
    stages = dataclasses.replace(load_stages(), analyse=table_stages.analyse)
    config = RunConfig.model_validate({"device": "cpu", "explain": explain})
    order = RunRequest((folder / "scans",), folder / "corpus", config=config, workers=1)
    with in_this_process():
        return run(order, lambda line: None, stages)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Scans and a corpus in two parts, made in two runs."""
    folder = tmp_path_factory.mktemp("sound")
    for number in range(4):
        write_scan(folder / f"scans/page{number}.png", number)
    bring_up_to_date(folder)
    for number in range(4, 6):
        write_scan(folder / f"scans/page{number}.png", number)
    bring_up_to_date(folder)
    return folder


@pytest.fixture
def folder(sound, tmp_path):
    """A copy of scans and corpus to damage; the corpus knows its scans at their first place."""
    shutil.copytree(sound / "corpus", tmp_path / "corpus")
    (tmp_path / "scans").symlink_to(sound / "scans")
    return tmp_path


def edit(path, change):
    """Change the rows of a part; its schema and its seal stay."""
    table = pq.read_table(path)
    frame = change(table.to_pandas())
    pq.write_table(pa.Table.from_pandas(frame, table.schema, preserve_index=False), path)


def put(column, value, row=0):
    def change(frame):
        values = frame[column].to_list()
        values[row] = value(values[row]) if callable(value) else value
        return frame.assign(**{column: pd.Series(values, frame.index, frame[column].dtype)})

    return change


def twice(frame):
    return pd.concat([frame, frame.iloc[:1]])


def cut(frame):
    return frame.iloc[1:]


def spoil(path):
    """Overwrite bytes in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[40:80] = bytes(40)
    path.write_bytes(content)


def change_metadata(path, key, value):
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, key: value}), path)


def change_record(path, change):
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


def change_type(path):
    table = pq.read_table(path)
    place = table.schema.get_field_index("score")
    metadata = table.schema.metadata
    table = table.set_column(place, "score", table["score"].cast(pa.float64()))
    pq.write_table(table.replace_schema_metadata(metadata), path)


def cut_first_pair(frame):
    return frame[(frame[["doc_a", "doc_b"]] != frame.loc[0, ["doc_a", "doc_b"]]).any(axis=1)]


def swap(frame):
    return frame.rename(columns={"doc_a": "doc_b", "doc_b": "doc_a"})


FIRST = "part-00000.parquet"
DAMAGES = {
    "truncated": (f"regions/{FIRST}", lambda p: p.write_bytes(p.read_bytes()[:200]), "cannot be read"),
    "seal cannot be read": (f"documents/{FIRST}", lambda p: p.write_bytes(b"PAR1"), "cannot be read"),
    "schema version": (
        f"pages/{FIRST}",
        lambda p: change_metadata(p, b"tablekin.schema", b"0"),
        f"schema is 0, not {SCHEMA_VERSION}",
    ),
    "recomputed of other readings": (
        f"checks/{FIRST}",
        lambda p: change_metadata(p, b"tablekin.readings", b"0"),
        "was made from other readings",
    ),
    "not recomputed": (f"functions/{FIRST}", lambda p: p.unlink(), "is missing"),
    "type": (f"digits/{FIRST}", change_type, "score is of type double, not float"),
    "no column": (
        f"pages/{FIRST}",
        lambda p: pq.write_table(pq.read_table(p).drop(["ink"]), p),
        "no column ink",
    ),
    "part lost": (f"features/{FIRST}", lambda p: p.unlink(), "is missing"),
    "part left": (f"documents/{FIRST}", lambda p: p.unlink(), "an interrupted run left it"),
    "half a file": (
        "pairs/.part-00000.parquet.tmp",
        lambda p: p.write_bytes(b"half"),
        "interrupted run left",
    ),
    "part doubled": (
        f"documents/{FIRST}",
        lambda p: [
            shutil.copy(q, q.with_name("part-00007.parquet")) for q in p.parents[1].glob(f"[dprf]*/{FIRST}")
        ],
        "has page0, as has documents/part-00000",
    ),
    "relevance": (
        f"factors/{FIRST}",
        lambda p: edit(p, put("relevance", 0.5)),
        "does not add up to the phi of page0",
    ),
    "factor of no region": (f"factors/{FIRST}", lambda p: edit(p, put("region_id", 99)), "of no region"),
    "factor of no feature": (f"factors/{FIRST}", lambda p: edit(p, put("feature", "7a")), "unknown feature"),
    "factor doubled": (
        f"factors/{FIRST}",
        lambda p: edit(p, twice),
        "repeat the doc_id and region_id and feature",
    ),
    "digit of no region": (f"digits/{FIRST}", lambda p: edit(p, put("region_id", 99)), "of no region"),
    "region of nobody": (
        f"regions/{FIRST}",
        lambda p: edit(p, put("doc_id", "nobody")),
        "no document that is ok",
    ),
    "kind": (f"regions/{FIRST}", lambda p: edit(p, put("kind", "corner")), "unknown kind"),
    "page lost": (f"pages/{FIRST}", lambda p: edit(p, cut), "no row of page0"),
    "phi": (
        f"features/{FIRST}",
        lambda p: edit(p, put("phi", lambda v: np.append(v[:-1], np.nan))),
        "no number",
    ),
    "other weights": (
        f"documents/{FIRST}",
        lambda p: change_metadata(p, b"tablekin.fingerprint", b"x"),
        "another config",
    ),
    "pair lost": (f"pairs/{FIRST}", lambda p: edit(p, cut), "1 pairs are missing"),
    "pair without document": (f"pairs/{FIRST}", lambda p: edit(p, put("doc_a", None)), "lacks values"),
    "pair doubled": (f"pairs/{FIRST}", lambda p: edit(p, twice), "are there twice"),
    "pair turned": (f"pairs/{FIRST}", lambda p: edit(p, swap), "do not have doc_a before doc_b"),
    "pair of nobody": (
        f"pairs/{FIRST}",
        lambda p: edit(p, put("doc_a", "nobody")),
        "not in the table documents",
    ),
    "dot": (f"pairs/{FIRST}", lambda p: edit(p, put("dot", 1.0)), "dot that their phi do not give"),
    "cosine": (
        f"pairs/{FIRST}",
        lambda p: edit(p, put("cosine", 0.999)),
        "cosine that their phi do not give",
    ),
    "specific": (
        f"pairs/{FIRST}",
        lambda p: edit(p, put("specific", 1.5)),
        "specific similarity that their phi do not give",
    ),
    "rank": (
        f"pairs/{FIRST}",
        lambda p: edit(p, put("rank_a", lambda v: v % 5 + 1)),
        "ranks of the partners of page0",
    ),
    "compared": (
        f"pairs/{FIRST}",
        lambda p: change_metadata(p, b"tablekin.compared", b"x"),
        "compares other documents",
    ),
    "matches lost": (
        "matches/part-0001-00000.parquet",
        lambda p: p.unlink(),
        "6 pairs have not been explained",
    ),
    "matches of a pair lost": (
        "matches/part-0001-00000.parquet",
        lambda p: edit(p, cut_first_pair),
        "1 pairs that must have matches have none",
    ),
    "matches of another part": (
        "matches/part-0002-00000.parquet",
        lambda p: edit(p, lambda frame: frame.assign(doc_a="page0", doc_b="page1")),
        "of a pair that the part is not made for",
    ),
    "matches of unknown pairs": (
        "matches/part-0002-00000.parquet",
        lambda p: change_metadata(p, b"tablekin.coverage", b"x"),
        "does not say that it is of this config",
    ),
    "half dropped": (
        f"documents/{FIRST}",
        lambda p: change_metadata(p, b"tablekin.dropping", b'["nobody"]'),
        "was dropping when it was interrupted",
    ),
    "match of no region": (
        "matches/part-0001-00000.parquet",
        lambda p: edit(p, put("region_a", 99)),
        "a region_a that is no region",
    ),
    "match doubled": ("matches/part-0001-00000.parquet", lambda p: edit(p, twice), "match the same regions"),
    "share": ("matches/part-0002-00000.parquet", lambda p: edit(p, put("share", 0.9)), "share that is not"),
    "relevance of a match": (
        "matches/part-0002-00000.parquet",
        lambda p: edit(p, put("relevance", 1e6)),
        "more than its relevance",
    ),
    "specific of a match": (
        "matches/part-0001-00000.parquet",
        lambda p: edit(p, put("specific", lambda v: -v)),
        "more specific than the one before, or none",
    ),
    "level": ("matches/part-0001-00000.parquet", lambda p: edit(p, put("level", "page")), "unknown level"),
    "feature of a match": (
        "matches/part-0001-00000.parquet",
        lambda p: edit(p, put("features", ["x"])),
        "unknown feature",
    ),
    "matches twice": (
        "matches/part-0001-00000.parquet",
        lambda p: shutil.copy(p, p.with_name("part-0001-00001.parquet")),
        "of a pair that another part has too",
    ),
    "driver lost": (f"drivers/{FIRST}", lambda p: edit(p, cut), "has 77 rows for 78 regions"),
    "driver doubled": (f"drivers/{FIRST}", lambda p: edit(p, twice), "are there twice"),
    "driver of no region": (f"drivers/{FIRST}", lambda p: edit(p, put("region_id", 99)), "of no region"),
    "driver": (
        f"drivers/{FIRST}",
        lambda p: edit(p, put("relevance", 999.0)),
        "does not add up to the similarity",
    ),
    "drivers lost": (f"drivers/{FIRST}", lambda p: p.unlink(), "has no part"),
    "drivers of others": (
        f"drivers/{FIRST}",
        lambda p: change_metadata(p, b"tablekin.compared", b"x"),
        "compares other documents",
    ),
    "no record": ("run.json", lambda p: p.unlink(), "is missing"),
    "record": ("run.json", lambda p: p.write_text("{"), "is not JSON"),
    "count": (
        "run.json",
        lambda p: change_record(p, lambda r: r["documents"].update(ok=7)),
        "counts documents",
    ),
    "inputs": ("run.json", lambda p: change_record(p, lambda r: r.update(inputs="x")), "digest of the scans"),
    "unfinished": (
        "run.json",
        lambda p: change_record(p, lambda r: r.update(state="unfinished")),
        "not finished",
    ),
    "rows": (
        "run.json",
        lambda p: change_record(p, lambda r: r["stages"]["score"].update(out=3)),
        "15 rows, run.json counts 3",
    ),
}


# named at the table, at another part of it, or at those of the same batch
ELSEWHERE = (
    "driver",
    "driver lost",
    "drivers lost",
    "matches lost",
    "matches of a pair lost",
    "matches twice",
    "pair lost",
    "part left",
    "part doubled",
    "rank",
    "rows",
)


def test_nothing_is_wrong_with_what_a_run_wrote(sound):
    assert list(check(sound / "corpus")) == []


def follow(repair, corpus):
    """Delete what the repair says."""
    if found := re.search(r"delete (the folder )?(\S+?)(,| and run| which|$)", repair):
        path = corpus / found[2]
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_named_and_the_repair_repairs_it(folder, damage):
    corpus = folder / "corpus"
    place, inflict, words = DAMAGES[damage]
    inflict(corpus / place)
    problems = list(check(corpus))
    assert any(words in problem.what for problem in problems), [str(problem) for problem in problems]
    if damage not in ELSEWHERE:
        assert any(problem.place == place for problem in problems if words in problem.what)
    for problem in problems:
        follow(problem.repair, corpus)
    bring_up_to_date(folder)
    assert [str(problem) for problem in check(corpus)] == []


def test_bytes_changed_in_place_do_not_pass_the_checksums_of_pages(folder):
    part = folder / "corpus/regions" / FIRST
    spoil(part)
    with pytest.raises(OSError, match="CRC"):
        pq.read_table(part, page_checksum_verification=True)
    assert [problem.place for problem in check(folder / "corpus")] == [f"regions/{FIRST}"]


def flip(path, place):
    content = bytearray(path.read_bytes())
    content[place // 8] ^= 1 << place % 8
    path.write_bytes(content)


def swap_parts(path):
    other = path.with_name("part-00001.parquet")
    kept = other.read_bytes()
    path.replace(other)
    path.write_bytes(kept)


def test_turned_bits_are_named_wherever_they_are(folder):
    """A share of scripts/attack_bits.py."""
    corpus, rng = folder / "corpus", np.random.default_rng(0)
    files = [corpus / "run.json", *sorted(corpus.rglob("*.parquet"))]
    for path in (files[place] for place in rng.permutation(len(files))[:12]):
        before = path.read_bytes()
        flip(path, int(rng.integers(8 * len(before))))
        assert path.relative_to(corpus).as_posix() in {problem.place for problem in check(corpus)}
        path.write_bytes(before)
    assert list(check(corpus)) == []


EDITS = {
    "text": (f"regions/{FIRST}", lambda p: edit(p, put("text", "99"))),
    "null text": (f"regions/{FIRST}", lambda p: edit(p, put("text", None))),
    "box": (f"digits/{FIRST}", lambda p: edit(p, put("x0", 1.0))),
    "year": (f"documents/{FIRST}", lambda p: edit(p, put("reason", "by hand"))),
    "surprise": (f"alignments/{FIRST}", lambda p: edit(p, put("surprise", 1.0))),
    "saved again": (f"pages/{FIRST}", lambda p: pq.write_table(pq.read_table(p), p)),
    "swapped": (f"digits/{FIRST}", swap_parts),
    "seed": ("run.json", lambda p: change_record(p, lambda r: r.update(seed=1))),
    "a stage": ("run.json", lambda p: change_record(p, lambda r: r["stages"]["score"].update({"in": "6"}))),
    "a root": ("run.json", lambda p: change_record(p, lambda r: r.update(scans="/"))),
    "bit": (f"factors/{FIRST}", lambda p: flip(p, 4000)),
    "bit of the footer": (f"features/{FIRST}", lambda p: flip(p, 8 * p.stat().st_size - 2000)),
}


@pytest.mark.parametrize("edited", EDITS)
def test_an_edit_by_other_means_is_named_and_the_repair_repairs_it(folder, edited):
    corpus = folder / "corpus"
    place, inflict = EDITS[edited]
    inflict(corpus / place)
    problems = list(check(corpus))
    assert place in {problem.place for problem in problems}
    for problem in problems:
        follow(problem.repair, corpus)
    bring_up_to_date(folder)
    assert [str(problem) for problem in check(corpus)] == []


@pytest.mark.parametrize("table", ["pages", "regions", "digits", "features", "factors"])
@pytest.mark.parametrize("inflict", [Path.unlink, lambda p: p.write_bytes(p.read_bytes()[:-9])])
def test_a_run_does_not_trust_a_batch_that_is_not_whole(folder, table, inflict):
    inflict(folder / "corpus" / table / FIRST)
    with pytest.raises(CorpusError, match=rf"{table}/{FIRST} .*; delete \S+documents/{FIRST} and run"):
        bring_up_to_date(folder)
    (folder / "corpus/documents" / FIRST).unlink()
    bring_up_to_date(folder)
    assert [str(problem) for problem in check(folder / "corpus")] == []


@pytest.mark.parametrize("table", ["pairs", "matches", "drivers", "alignments", "collations"])
@pytest.mark.parametrize("inflict", [Path.unlink, lambda p: edit(p, twice), lambda p: p.write_bytes(b"PAR1")])
def test_a_run_makes_anew_what_follows_from_documents_where_it_is_not_as_written(folder, table, inflict):
    part = sorted((folder / "corpus" / table).iterdir())[0]
    before = pd.read_parquet(folder / "corpus" / table)
    inflict(part)
    assert not bring_up_to_date(folder).unchanged
    assert [str(problem) for problem in check(folder / "corpus")] == []
    after = pd.read_parquet(folder / "corpus" / table)
    keys = [name for name in before if name.startswith(("doc", "region", "level", "rank", "row", "col"))]
    order = [frame.sort_values(keys, ignore_index=True) for frame in (before, after)]
    pd.testing.assert_frame_equal(*order)


def test_a_corpus_without_its_manifest_is_not_trusted(folder):
    (folder / "corpus/manifest.jsonl").unlink()
    assert "manifest.jsonl" in {problem.place for problem in check(folder / "corpus")}
    with pytest.raises(CorpusError, match=r"manifest.jsonl is missing"):
        bring_up_to_date(folder)


def test_values_of_a_sound_corpus_are_checked_on_request(sound, monkeypatch):
    called = []
    for name in ("check_documents", "check_pairs", "check_matches", "check_drivers"):
        real = getattr(stage, name)
        monkeypatch.setattr(stage, name, lambda *given, of=name, real=real: called.append(of) or real(*given))
    assert list(check(sound / "corpus")) == called == []
    assert list(check(sound / "corpus", values=True)) == []
    assert set(called) == {"check_documents", "check_pairs", "check_matches", "check_drivers"}


def test_pairs_below_the_floor_of_the_cosine_are_scored_and_need_no_matches(folder):
    corpus = folder / "corpus"
    pairs = pd.read_parquet(corpus / "pairs")
    matched = pd.read_parquet(corpus / "matches")[["doc_a", "doc_b"]].drop_duplicates()
    floor = float(pairs["cosine"].median())
    bring_up_to_date(folder, matches_from_cosine=floor)
    above = pairs.loc[pairs["cosine"] >= floor, ["doc_a", "doc_b"]].merge(matched)
    found = pd.read_parquet(corpus / "matches")[["doc_a", "doc_b"]].drop_duplicates()
    assert 0 < len(found) < len(matched)
    assert {*found.itertuples(index=False)} == {*above.itertuples(index=False)}
    assert len(pd.read_parquet(corpus / "pairs")) == len(pairs)
    assert list(check(corpus)) == []


def test_all_problems_are_named_at_once_and_the_command_ends_with_3(folder):
    corpus = folder / "corpus"
    for damage in ("relevance", "share", "count", "half a file"):
        place, inflict, _ = DAMAGES[damage]
        inflict(corpus / place)
    result = CliRunner().invoke(app, ["check", str(corpus)])
    assert result.exit_code == 3
    for damage in ("relevance", "share", "count", "half a file"):
        assert re.search(
            f"^{re.escape(DAMAGES[damage][0])}: .*{DAMAGES[damage][2]}.*; to repair it, ", result.stdout, re.M
        )
    assert "problems" in result.stderr


def test_exit_codes(sound, tmp_path):
    fine = CliRunner().invoke(app, ["check", str(sound / "corpus")])
    assert (fine.exit_code, fine.stdout) == (0, "")
    assert CliRunner().invoke(app, ["check", str(tmp_path)]).exit_code == 2
    with pytest.raises(CorpusError, match="tablekin run"):
        list(check(tmp_path / "nowhere"))


def test_a_table_groups_that_is_gone_is_named_where_works_tells_that_it_was_there(folder):
    corpus = CorpusStore(folder / "corpus")
    made_from = corpus.pair_table.made_from()
    assert made_from is not None
    for name, table in (("groups", corpus.group_table), ("works", corpus.work_table)):
        table.replace([ALL_SCHEMAS[name].empty_table()], made_from)
    assert [str(problem) for problem in check(corpus.root)] == []
    corpus.group_table.drop()
    (found,) = check(corpus.root)
    assert (found.place, found.repair) == ("groups", "analyze again")

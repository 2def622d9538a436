"""What the commands about documents print as JSON is what the tables of the corpus hold."""

import json

import pandas as pd
import pytest


@pytest.fixture
def found(command):
    def found(*arguments):
        result = command(*arguments, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    return found


def rows(editions, table, **where):
    frame = pd.read_parquet(editions / table)
    for column, value in where.items():
        frame = frame[frame[column] == value]
    return frame


def test_read(found, editions):
    result = found("read", editions, "page0.png")
    cells = rows(editions, "regions", doc_id="page0", kind="cell")
    assert result["doc_id"] == "page0"
    assert result["orientation"] == 0
    assert {(cell["row"], cell["col"]): cell["text"] for cell in result["cells"]} == {
        (row, col): text for row, col, text in zip(cells["row"], cells["col"], cells["text"], strict=True)
    }


def test_recompute(found, command, editions, tmp_path):
    """What the command says of a page are the rows of the corpus's tables."""
    (page,) = found("recompute", editions, "page0")["documents"]
    checks = rows(editions, "checks", doc_id="page0")
    assert {one["region_id"]: one["due"] for one in page["checks"]} == {
        one.region_id: one.due for one in checks.itertuples()
    }
    assert len(page["functions"]) == len(rows(editions, "functions", doc_id="page0"))
    assert len(page["columns"]) == len(rows(editions, "columns", doc_id="page0"))
    written = command("recompute", editions, "page0", "--csv", tmp_path / "checks.csv")
    assert written.exit_code == 0 and "page0" in written.stdout
    assert len(pd.read_csv(tmp_path / "checks.csv")) == len(checks)
    refused = command("recompute", editions, "--csv", tmp_path / "none.csv")
    assert refused.exit_code == 2 and "name a document" in refused.stderr


def test_similar(found, editions):
    result = found("similar", editions, "page1", "-n", 2)
    pairs = pd.read_parquet(editions / "pairs").query("doc_a == 'page1' or doc_b == 'page1'")
    nearest = pairs.nlargest(2, "cosine")
    partners = nearest["doc_b"].where(nearest["doc_a"] == "page1", nearest["doc_a"])
    assert [one["doc_id"] for one in result["nearest"]] == partners.tolist()
    assert [one["cosine"] for one in result["nearest"]] == pytest.approx(nearest["cosine"].tolist())
    assert {one["partner"] for one in result["kin"]} == {"page3", "page5"}
    assert set(result["nearest"][0]["matches"][0]) == {
        "level",
        "share",
        "features",
        "region",
        "partner_region",
    }


def test_show(found, editions):
    result = found("show", editions, "page2", "page0")
    (pair,) = rows(editions, "pairs", doc_a="page0", doc_b="page2").to_dict("records")
    for name in ("dot", "cosine", "z", "rank_a", "rank_b", "doc_a", "doc_b"):
        assert result[name] == pair[name]
    matches = rows(editions, "matches", doc_a="page0", doc_b="page2")
    assert len(result["matches"]) == len(matches)
    assert result["matches"][0]["relevance"] == pytest.approx(matches["relevance"].iloc[0])


SIDES = {"a": "b", "b": "a", "only_a": "only_b", "only_b": "only_a"}


def test_collate(found, editions):
    (alignment,) = rows(editions, "alignments", doc_a="page0", doc_b="page2").to_dict("records")
    cells = rows(editions, "collations", doc_a="page0", doc_b="page2")
    result = found("collate", editions, "page0", "page2")
    for name, value in alignment.items():
        assert result[name] == pytest.approx(value)
    assert len(result["cells"]) == len(cells)
    variants = [cell for cell in result["cells"] if cell["relation"] == "variant"]
    assert len(variants) == (cells["relation"] == "variant").sum() > 0


def test_collate_keeps_the_order_asked_for_and_finds_the_same(command, found, editions):
    one, other = found("collate", editions, "page0", "page2"), found("collate", editions, "page2", "page0")
    assert (other["doc_a"], other["doc_b"]) == ("page2", "page0")
    assert (other["only_a"], other["only_b"]) == (one["only_b"], one["only_a"])
    for name in one.keys() - {"doc_a", "doc_b", "only_a", "only_b", "cells"}:
        assert other[name] == pytest.approx(one[name])
    for cell, turned in zip(one["cells"], other["cells"], strict=True):
        for name, value in cell.items():
            if name.endswith(("_a", "_b")):
                assert turned[name[:-1] + SIDES[name[-1]]] == value
            else:
                assert turned[name] == SIDES.get(value, value)
    lines = command("collate", editions, "page2", "page0").stdout.splitlines()
    assert lines[0].startswith("A: page2 (")
    assert lines[1].startswith("B: page0 (")
    there = command("collate", editions, "page0", "page2").stdout.splitlines()
    read_here, read_there = (
        [line.split()[3:5] for line in said[said.index("") + 3 :]] for said in (lines, there)
    )
    assert read_here
    assert read_here == [[b, a] for a, b in read_there]


def test_what_is_written_is_said_and_results_stay_alone_on_stdout(command, editions, tmp_path):
    result = command("collate", editions, "page0", "page2", "--csv", tmp_path / "x.csv", "--json")
    assert result.stderr.startswith(
        f"aligned cells: {tmp_path / 'x.csv'} (tables, rows and columns count from 0"
    )
    json.loads(result.stdout)
    assert len(pd.read_csv(tmp_path / "x.csv")) == len(json.loads(result.stdout)["cells"])

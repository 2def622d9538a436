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


def test_collate(found, editions):
    result = found("collate", editions, "page2", "page0")
    (alignment,) = rows(editions, "alignments", doc_a="page0", doc_b="page2").to_dict("records")
    for name, value in alignment.items():
        assert result[name] == pytest.approx(value)
    cells = rows(editions, "collations", doc_a="page0", doc_b="page2")
    assert len(result["cells"]) == len(cells)
    variants = [cell for cell in result["cells"] if cell["relation"] == "variant"]
    assert len(variants) == (cells["relation"] == "variant").sum() > 0


def test_what_is_written_is_said_and_results_stay_alone_on_stdout(command, editions, tmp_path):
    result = command("collate", editions, "page0", "page2", "--csv", tmp_path / "x.csv", "--json")
    assert result.stderr == f"aligned cells: {tmp_path / 'x.csv'}\n"
    json.loads(result.stdout)
    assert len(pd.read_csv(tmp_path / "x.csv")) == len(json.loads(result.stdout)["cells"])

"""Every block of docs/how-to/recipes.md runs as it stands, and gives what a direct computation gives."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from tablekin.config import RunConfig
from tablekin.models.specific_similarity import load_specific_similarity
from tablekin.orchestration import RunRequest, load_stages, run
from tests.support import table_stages
from tests.support.places import DOCS
from tests.support.runs import in_this_process, write_scan

RECIPES = DOCS / "how-to" / "recipes.md"
WORKS = ["Tabulae", "Canon", "Tabulae", "Sphaera", "Canon", "Sphaera", "Canon"]
YEARS = [1500, 1512, 1508, 1540, 1520, 1533, 1580]
PLACES = ["Basel", "Paris", "Paris", "Basel", "Venezia", "Paris", "Basel"]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Variables after all blocks have run beside a corpus."""
    folder = tmp_path_factory.mktemp("recipes")
    table = "file,work,year,place\n"
    for number, about in enumerate(zip(WORKS, YEARS, PLACES, strict=True)):
        write_scan(folder / f"scans/page{number}.png", number)
        table += f"page{number}.png,{','.join(map(str, about))}\n"
    (folder / "meta.csv").write_text(table)
    with pytest.MonkeyPatch.context() as monkeypatch:
        stages = dataclasses.replace(load_stages(), analyse=table_stages.analyse)
        order = RunRequest(
            (folder / "scans",), folder / "corpus", folder / "meta.csv", RunConfig(device="cpu"), workers=1
        )
        with in_this_process():
            run(order, lambda line: None, stages)
        monkeypatch.chdir(folder)
        names: dict[str, object] = {}
        for block in re.findall(r"```python\n(.*?)```", RECIPES.read_text("utf-8"), re.DOTALL):
            exec(compile(block, str(RECIPES), "exec"), names)  # the blocks are the subject of the test
    tables = ("pairs", "matches", "regions", "features")
    return names, {table: pd.read_parquet(folder / "corpus" / table) for table in tables}


def test_neighbours_are_those_whose_features_are_most_like_those_of_the_document(told):
    names, tables = told
    phi = tables["features"].set_index("doc_id")["phi"]
    compared = load_specific_similarity().features(np.stack(phi.to_list()))
    own = pd.Series(list(compared / np.linalg.norm(compared, axis=1, keepdims=True)), phi.index)
    specific = {other: own["page1"] @ own[other] for other in phi.index if other != "page1"}
    expected = sorted(specific, key=lambda other: -specific[other])[:5]
    for found, rank in ((names["why"], "rank"), (names["neighbours"], "place")):
        partner = found["doc_b"].where(found["doc_a"] == "page1", found["doc_a"])
        assert list(dict.fromkeys(partner)) == expected
        assert found[rank].drop_duplicates().tolist() == [1, 2, 3, 4, 5]
        assert len(found) > 5
        assert found["share"].between(0, 1).all()
    np.testing.assert_allclose(names["why"]["share"], names["neighbours"]["share"])


def test_columns_between_works_add_up_their_matches(told):
    names, tables = told
    column = tables["regions"].set_index(["doc_id", "region_id"])["col"]
    sums: dict[tuple, float] = {}
    for match in tables["matches"].query("level == 'column'").itertuples():
        work_a, work_b = (WORKS[int(doc[4:])] for doc in (match.doc_a, match.doc_b))
        if work_a != work_b:
            key = (work_a, column[match.doc_a, match.region_a], work_b, column[match.doc_b, match.region_b])
            sums[key] = sums.get(key, 0.0) + match.relevance
    expected = sorted(sums.items(), key=lambda item: -item[1])[:10]
    assert names["strongest"].index.tolist() == [key for key, _ in expected]
    np.testing.assert_allclose(names["strongest"], [value for _, value in expected], rtol=1e-5)
    found = names["by_column"]
    assert list(zip(*(found[key] for key in ("work_a", "col_a", "work_b", "col_b")), strict=True)) == [
        key for key, _ in expected
    ]
    np.testing.assert_allclose(found["relevance"], [value for _, value in expected], rtol=1e-5)


def test_drivers_are_given_to_documents_of_other_works(told):
    names, tables = told
    phi = tables["features"].set_index("doc_id")["phi"]
    others = sum(phi[f"page{other}"].astype(float) for other in range(7) if WORKS[other] != "Tabulae")
    given = names["given"]
    leaves = given[(given["doc_id"] == "page0") & ~given["kind"].isin(["row", "column"])]
    assert leaves["relevance"].sum() == pytest.approx(phi["page0"] @ others, rel=1e-5)


def test_pairs_across_places_are_elsewhere_and_soon_after(told):
    names, tables = told
    expected = [
        (f"page{i}", f"page{j}")
        for i in range(7)
        for j in range(i + 1, 7)
        if PLACES[i] != PLACES[j] and abs(YEARS[i] - YEARS[j]) <= 10
    ]
    assert len(expected) > 2
    z = tables["pairs"].set_index(["doc_a", "doc_b"])["z"]
    expected.sort(key=lambda pair: -z[pair])
    for found in (names["travelled"], names["abroad"]):
        assert list(zip(found["doc_a"], found["doc_b"], strict=True)) == expected


def test_strongest_rows_are_the_largest_of_all(told):
    names, tables = told
    expected = sorted(tables["matches"].query("level == 'row'")["relevance"], reverse=True)[:10]
    assert names["rows"].nlargest(10, "relevance")["relevance"].tolist() == expected
    assert names["top_rows"]["relevance"].tolist() == expected


def test_the_whole_map_adds_up_to_dot_and_has_the_stored_matches(told):
    names, tables = told
    pair = (tables["pairs"]["doc_a"] == "page1") & (tables["pairs"]["doc_b"] == "page4")
    dot = tables["pairs"].loc[pair, "dot"].item()
    assert names["relevance"].to_numpy().sum() == pytest.approx(dot, rel=1e-5)
    assert names["whole"]["relevance"].sum() == pytest.approx(dot, rel=1e-5)
    by_regions = names["whole"].set_index(["region_a", "region_b"])["relevance"]
    stored = tables["matches"].query("doc_a == 'page1' and doc_b == 'page4' and level == 'cell'")
    assert len(stored) == RunConfig().explain.matches_per_pair
    for match in stored.itertuples():
        at = (match.region_a, match.region_b)
        assert names["relevance"].loc[at] == pytest.approx(match.relevance, rel=1e-5)
        assert by_regions[at] == pytest.approx(match.relevance, rel=1e-5)

"""Pages read and compared in memory are those of a corpus."""

import numpy as np
import pandas as pd
import pytest

import tablekin
from tests.support.ocr_engine import fake_engine, printout

TABLES = ("pages", "regions", "digits", "features", "factors")


@pytest.fixture(scope="module")
def pages(folder):
    return [tablekin.read_page(folder / name, device="cpu") for name in ("p232.tif", "p053.jpg")]


def test_a_page_has_what_a_run_writes_bit_for_bit(pages, folder):
    corpus = tablekin.Corpus.open(folder / "corpus")
    for page in pages:
        stored = corpus.page(page.doc_id)
        for table in TABLES:
            pd.testing.assert_frame_equal(page.rows(table), stored.rows(table), check_exact=True, obj=table)
        np.testing.assert_array_equal(page.image, stored.image)


def test_words_lie_on_the_image_and_change_nothing_else(pages, folder, monkeypatch, tmp_path):
    fake_engine(tmp_path, monkeypatch, answer=printout(("Tabula", (10, 20, 110, 50), 90)))
    config = tablekin.RunConfig.model_validate({"device": "cpu", "read": {"words": "tesseract"}})
    page = tablekin.read_page(folder / "p232.tif", config=config)
    to_original = np.array(page.rows("pages")["transform"].iloc[0]).reshape(2, 3)
    corners = np.array([[10, 20, 1], [110, 20, 1], [10, 50, 1], [110, 50, 1]]) @ to_original.T
    (word,) = page.words.itertuples()
    assert (word.text, word.language) == ("Tabula", "lat")
    found = [word.x0, word.y0, word.x1, word.y1]
    np.testing.assert_allclose(found, [*corners.min(0), *corners.max(0)], atol=0.01)
    labels = page.regions.set_index("region_id")["label"]
    assert labels[word.region_id] == "Tabula"
    assert pages[0].words.empty
    for table in ("pages", "digits", "features", "factors"):
        pd.testing.assert_frame_equal(page.rows(table), pages[0].rows(table), check_exact=True, obj=table)


def test_a_pair_has_the_scores_and_matches_that_a_run_writes(pages, folder):
    pair = tablekin.compare(*pages)
    stored = tablekin.Corpus.open(folder / "corpus").compare("p232", "p053")
    assert (stored.a.doc_id, stored.b.doc_id) == ("p053", "p232")
    assert (pair.score, pair.cosine) == (stored.score, stored.cosine)
    assert pair.scores.z is None
    mirrored = {"region_a": "region_b", "region_b": "region_a"}
    key = ["level", "rank"]
    found = pair.matches.rename(columns=mirrored).sort_values(key, ignore_index=True)
    expected = stored.matches.sort_values(key, ignore_index=True)
    np.testing.assert_allclose(found["relevance"], expected["relevance"], rtol=1e-6)
    best = found["rank"] == 1
    same = ["level", "region_a", "region_b"]
    pd.testing.assert_frame_equal(found.loc[best, same], expected.loc[best, same], check_dtype=False)


def test_relevances_of_all_parts_add_up_and_those_of_matches_are_among_them(pages):
    pair = tablekin.compare(*pages)
    assert pair.relevance("region")["relevance"].sum() == pytest.approx(pair.score, rel=1e-5)
    assert pair.relevance("region")["specific"].sum() == pytest.approx(pair.specific, abs=1e-3)
    for level, matches in pair.matches.groupby("level"):
        listed = pair.relevance(level)
        assert listed["relevance"].is_monotonic_decreasing
        strongest = listed.sort_values("specific", ascending=False).head(len(matches))
        for name in ("specific", "relevance"):
            np.testing.assert_allclose(strongest[name], matches.sort_values("rank")[name], rtol=1e-4)
        named = listed.set_index(["region_a", "region_b"])["relevance"]
        for match in matches.itertuples():
            assert named[match.region_a, match.region_b] == pytest.approx(match.relevance, rel=1e-5)
    with pytest.raises(tablekin.UsageError, match="cell"):
        pair.relevance("cells")


def test_a_row_of_relevance_is_the_sum_over_its_cells(pages):
    pair = tablekin.compare(*pages)
    cells = pair.relevance("cell").dropna(subset=["row_a", "row_b"])
    key = ["table_a", "row_a", "table_b", "row_b"]
    expected = cells.groupby(key)["relevance"].sum()
    rows = pair.relevance("row").set_index(key)["relevance"]
    np.testing.assert_allclose(rows, expected.reindex(rows.index), rtol=1e-6, atol=1e-9)


def test_an_apparatus_has_the_cells_that_a_run_writes(pages, folder):
    corpus = tablekin.Corpus.open(folder / "corpus")
    apparatus = tablekin.collate(pages[1], pages[0])
    stored = corpus.collations.drop(columns=["doc_a", "doc_b"])
    key = ["relation", "region_a", "region_b"]
    found = apparatus.cells[stored.columns.tolist()].sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(
        found, stored.sort_values(key, ignore_index=True), check_dtype=False, rtol=1e-6
    )
    (row,) = corpus.alignments.query("is_kin").to_dict("records")
    for name, value in apparatus.summary.items():
        assert row[name] == (value if isinstance(value, str) else pytest.approx(value, rel=1e-6))
    assert corpus.collate("p053", "p232").cells.equals(apparatus.cells)


def test_strangers_are_not_kin(pages, folder):
    apparatus = tablekin.collate(pages[0], folder / "p303.jpg", device="cpu")
    assert not apparatus.is_kin
    assert apparatus.cells.empty
    assert "nothing to collate" in repr(apparatus)
    assert "nothing to collate" in apparatus._repr_html_()


def test_tables_are_printed_and_shown(pages):
    page = pages[1]
    (table,) = page.tables
    cells = page.cells
    assert table.size == len(cells)
    for cell in cells.itertuples():
        assert table.loc[cell.row, cell.col] == cell.text
    shown = page._repr_html_()
    assert "<table" in shown
    assert page.doc_id in shown
    assert page.plot()._repr_png_().startswith(b"\x89PNG")
    digits = page.digits
    digits["score"] = 0.0  # what is given out may be changed
    assert page.digits["score"].max() > 0


@pytest.mark.parametrize("show", [repr, lambda thing: thing._repr_html_()])
def test_everything_says_what_it_is(show, pages, folder):
    assert "p053" in show(pages[1])
    assert "p053" in show(tablekin.compare(*pages))
    assert "p053" in show(tablekin.collate(*pages))
    assert "3 documents" in show(tablekin.Corpus.open(str(folder / "corpus")))


def test_threads_are_as_they_were(folder):
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    tablekin.read_page(str(folder / "p303.jpg"), device="cpu")
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)


def test_what_cannot_be_read_is_told(folder, tmp_path):
    (tmp_path / "letter.jpg").write_text("Dear Sir,")
    for path, word in (
        ("nowhere.jpg", "does not exist"),
        (folder, "is a folder"),
        ("letter.jpg", "is not a JPEG"),
    ):
        with pytest.raises(tablekin.TablekinError, match=word):
            tablekin.read_page(tmp_path / path)
    with pytest.raises(tablekin.ConfigError, match="no device"):
        tablekin.read_page(folder / "p053.jpg", device="gpu")

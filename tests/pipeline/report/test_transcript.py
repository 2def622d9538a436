"""What was read on one page, as text, CSV and drawing."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from tablekin.cli import app
from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.errors import UsageError
from tablekin.explain import match_pairs, score_pairs
from tablekin.orchestration import RunRequest, Stages, run
from tablekin.report.drawing import save_drawing
from tablekin.report.page import open_page
from tablekin.report.transcript import write_cells
from tests.support import edition_stages
from tests.support.runs import in_this_process, write_scan

TEXTS = {(3, 1): ("17", 0.5), (4, 1): ("", 0.0)}  # by row and column: what else stands in the table of a page
PRINTED = {(3, 1): "1·7", (4, 1): "", (6, 0): "7. . . . ."}  # likewise, with its marks


def analyse(image, doc_id, config, device):
    """An edition of one table, with one doubtful cell, an empty one, and two figures of which one is doubtful."""
    tables = edition_stages.analyse(image, doc_id, config, device)
    regions = tables["regions"].reset_index(drop=True)
    for (row, col), (text, confidence) in TEXTS.items():
        there = (regions["row"] == row) & (regions["col"] == col)
        regions.loc[there.fillna(False), ["text", "confidence"]] = text, confidence
    for (row, col), printed in PRINTED.items():
        there = (regions["row"] == row) & (regions["col"] == col)
        regions.loc[there.fillna(False), "printed"] = printed
    box = {"x0": [2.0, 12.0], "y0": [3.0, 3.0], "x1": [8.0, 18.0], "y1": [13.0, 13.0]}
    digits = pd.DataFrame(
        {
            "doc_id": doc_id,
            "digit": [4, 7],
            "score": [0.99, 0.4],
            **box,
            "region_id": 1,
            "other": -1,
            "other_score": 0.0,
        }
    )
    return tables | {"regions": regions, "digits": digits}


@pytest.fixture
def corpus(tmp_path):
    write_scan(tmp_path / "scans/page0.png", 0)
    order = RunRequest((tmp_path / "scans",), tmp_path / "corpus")
    with in_this_process():
        run(order, lambda line: None, Stages(analyse, score_pairs, match_pairs))
    return CorpusStore.open(tmp_path / "corpus")


def true_texts():
    image = np.zeros((4, 4), np.uint8)
    regions = edition_stages.analyse(image, "page0", RunConfig(), "cpu")["regions"]
    cells = regions[regions["kind"] == "cell"]
    texts = {
        (row, col): text for row, col, text in zip(cells["row"], cells["col"], cells["text"], strict=True)
    }
    return texts | {place: text for place, (text, _) in TEXTS.items()}


def test_tables_are_printed_with_what_is_in_doubt(corpus):
    result = CliRunner().invoke(app, ["read", str(corpus.root), "page0.png"])
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "20 rows, 4 columns, 1 cells in doubt" in lines[1]
    texts = true_texts()
    assert lines[2].split() == ["1", "|", *(texts[0, col] for col in range(4))]
    assert lines[5].split() == ["4", "|", texts[3, 0], "1·7?", texts[3, 2], texts[3, 3]]
    assert lines[6].split() == ["5", "|", texts[4, 0], texts[4, 2], texts[4, 3]]
    assert lines[8].split() == ["7", "|", "7…", *(texts[6, col] for col in range(1, 4))]
    assert len(lines) == 22


def test_cells_are_written_as_they_stand(corpus, tmp_path):
    page = open_page(corpus, "page0")
    write_cells(page, tmp_path / "new/cells.csv")
    table = pd.read_csv(tmp_path / "new/cells.csv", dtype={"text": str}, keep_default_na=False)
    written = {
        (row - 1, col - 1): text for row, col, text in table[["row", "column", "text"]].to_numpy()
    }  # counted from 1
    assert written == true_texts()
    assert (table["table"] == 1).all() and (table["doc"] == "page0").all()
    with pytest.raises(UsageError, match="cannot write"):
        write_cells(page, tmp_path)


def test_values_are_numbers_to_whoever_reads_them(corpus, tmp_path):
    command = ["read", str(corpus.root), "page0.png", "--values"]
    assert CliRunner().invoke(app, command).exit_code == 2  # of which file?
    path = tmp_path / "values.csv"
    assert CliRunner().invoke(app, [*command, "--csv", str(path)]).exit_code == 0
    written, cells = pd.read_csv(path), open_page(corpus, "page0").cells
    assert {"text", "printed"}.isdisjoint(written.columns)
    assert all(pd.api.types.is_numeric_dtype(kind) for kind in written.dtypes)
    np.testing.assert_array_equal(written["value"], cells["value"])
    assert np.isfinite(written["value"]).any()
    sheet = tmp_path / "sheet.csv"
    write_cells(open_page(corpus, "page0"), sheet)  # both files name a cell by the same numbers
    places = ["table", "row", "column"]
    pd.testing.assert_frame_equal(written[places], pd.read_csv(sheet)[places])


def test_figures_stand_beside_the_page_where_they_were_read(corpus, tmp_path):
    drawing = open_page(corpus, "page0").plot()
    save_drawing(drawing, tmp_path / "page.png")
    picture = np.asarray(Image.open(tmp_path / "page.png").convert("RGB")).astype(int)
    # the ground of the digit in doubt: orange, half transparent, in the copy and in the legend under it
    doubt = (picture[..., 0] - picture[..., 2] > 100) & (picture[..., 1] > picture[..., 2] + 50)
    ys, xs = np.nonzero(doubt)
    width = picture.shape[1]
    in_copy = xs > width / 2
    assert in_copy.any()
    with Image.open(tmp_path / "scans/page0.png") as scan:
        shown = (width - 2 * 64 - 90) / 2  # of the page, between the margins and the gap
        scale = shown / scan.width
        top = (ys[~in_copy].min() if (~in_copy).any() else picture.shape[0]) - 34 - scale * scan.height
    assert (xs[in_copy].min() + xs[in_copy].max()) / 2 - (64 + shown + 90) == pytest.approx(
        15 * scale, abs=2 * scale
    )
    assert (ys[in_copy].min() + ys[in_copy].max()) / 2 - top == pytest.approx(8 * scale, abs=2 * scale)
    with pytest.raises(UsageError, match="cannot write"):
        save_drawing(drawing, tmp_path / "page.xyz")

"""The critical apparatus of two pages whose differences are known."""

import numpy as np
import pandas as pd
import pytest

from tablekin.errors import UsageError
from tablekin.report.apparatus import collate_pages, describe_apparatus, write_csv
from tests.support.read_tables import ROWS, page_of, values


@pytest.fixture
def differing():
    """Two editions: one sure variant, one misread in all likelihood, one cell that only the second has."""
    first, second = values(), values()
    second[3][2] = "9" + second[3][2][1:]
    second[11][4] = second[11][4][:-1] + str((int(second[11][4][-1]) + 1) % 10)
    first[7][1] = ""
    return page_of("a", first), page_of("b", second, weak={second[11][4]: 0.5}), second


def test_every_number_of_the_summary_is_in_the_words(differing):
    a, b, _ = differing
    lines = list(describe_apparatus(collate_pages(a, b)))
    cells = 5 * ROWS
    assert lines[0] == "A: a (about a)"
    assert f"{ROWS} rows correspond, of {ROWS} and {ROWS}; columns 1=1, 2=2, 3=3, 4=4, 5=5" in lines[3]
    assert (
        f"{cells - 3} cells agree; in 1 the prints differ, in 1 more they differ or were misread; "
        in lines[4]
    )
    assert lines[4].endswith("0 are only in A, 1 only in B")


def test_words_are_explained_where_they_first_stand(differing):
    lines = list(describe_apparatus(collate_pages(*differing[:2])))
    assert lines[2].startswith("related: ")
    header = next(place for place, line in enumerate(lines) if line.startswith("table row column"))
    assert "probability that the prints differ" in lines[header - 1]
    assert not any("igure" in line for line in lines)


def test_variants_are_listed_by_place_the_surest_first(differing):
    a, b, second = differing
    apparatus = collate_pages(a, b)
    header = next(
        k for k, line in enumerate(describe_apparatus(apparatus)) if line.startswith("table row column")
    )
    sure, uncertain = list(describe_apparatus(apparatus))[header + 1 :]
    assert sure.split()[:5] == ["1", "4", "3", values()[3][2], second[3][2]]
    assert uncertain.split()[:5] == ["1", "12", "5", values()[11][4], second[11][4]]
    assert not sure.endswith("uncertain")
    assert uncertain.endswith("uncertain")


def test_a_transposed_table_is_told(differing):
    table = values(columns=5)
    turned = [list(column) for column in zip(*table, strict=True)]
    lines = list(describe_apparatus(collate_pages(page_of("a", table), page_of("b", turned))))
    assert "of B, rows for columns," in lines[3]
    assert f"{ROWS} rows correspond, of {ROWS} and {ROWS}" in lines[3]


def test_pages_that_are_not_related_and_pages_without_tables_are_told():
    unrelated = collate_pages(page_of("a", values(1)), page_of("b", values(50)))
    assert not unrelated.is_kin
    assert "not related" in list(describe_apparatus(unrelated))[-1]
    blank = page_of("b", values(1), without_tables=True)
    assert "has no table" in list(describe_apparatus(collate_pages(page_of("a", values(1)), blank)))[-1]


def test_the_csv_has_every_aligned_cell(differing, tmp_path):
    a, b, _ = differing
    apparatus = collate_pages(a, b)
    write_csv(apparatus, tmp_path / "new/apparatus.csv")
    rows = pd.read_csv(tmp_path / "new/apparatus.csv", dtype={"text_a": str, "text_b": str})
    assert len(rows) == len(apparatus.cells) == 5 * ROWS
    assert set(rows["doc_a"]) == {"a"}
    with pytest.raises(UsageError, match="cannot write the apparatus"):
        write_csv(apparatus, tmp_path)


def test_the_drawing_tints_cells_that_agree_and_frames_those_that_differ(differing):
    a, b, _ = differing
    drawing = collate_pages(a, b).plot()
    drawing.canvas.draw()
    picture = np.asarray(drawing.canvas.buffer_rgba())[..., :3].astype(int)
    framed = np.abs(picture - [213, 94, 0]).max(-1) < 12  # vermilion: differs in print
    dashed = np.abs(picture - [230, 159, 0]).max(-1) < 12  # orange: may be misread
    green = (picture[..., 1] > picture[..., 0] + 10) & (picture[..., 1] > picture[..., 2] + 5)
    assert framed.sum() > dashed.sum() > 100
    assert green.mean() > 0.2
    words = " ".join(text.get_text() for text in drawing.canvas_axes.texts)
    assert f"{5 * ROWS - 3} agree" in words
    assert "1 differ in print" in words
    assert "1 differ, or were misread" in words
    assert "row 4, column 3 of A; row 4, column 3 of B" in words
    assert values()[3][2] in words and "9" + values()[3][2][1:] in words
    assert "igure" not in words

import pandas as pd

from tablekin.sample.truth import corresponding_cells


def test_a_whole_value_corresponds_to_each_of_its_places():
    rows = [
        ("a", 0, 0, 0, "23 51", "7", "x.degrees+x.minutes"),
        ("b", 0, 4, 1, "23", "7", "x.degrees"),
        ("b", 0, 4, 2, "51", "7", "x.minutes"),
        ("b", 0, 5, 2, "50", "8", "x.minutes"),
    ]
    names = ["doc", "table", "row", "col", "text", "row_key", "column_keys"]
    cells = pd.DataFrame(rows, columns=names).assign(kind="cell", work="w")
    both = corresponding_cells(cells, "a", "b")
    assert both[["col_a", "row_b", "col_b"]].to_numpy().tolist() == [[0, 4, 1], [0, 4, 2]]


def test_cells_of_other_works_and_headings_correspond_to_none():
    rows = [
        ("a", "w", "cell", "7", "x", "1"),
        ("b", "v", "cell", "7", "x", "1"),  # another work
        ("b", "w", "header", "7", "x", "1"),
        ("b", "w", "cell", "8", "x", "1"),  # another row
    ]
    cells = pd.DataFrame(rows, columns=["doc", "work", "kind", "row_key", "column_keys", "text"])
    assert corresponding_cells(cells.assign(table=0, row=0, col=0), "a", "b").empty

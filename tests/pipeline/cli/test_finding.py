"""What the command finds is what stands in the tables."""

import json

import pandas as pd
import pytest


@pytest.fixture
def cells(editions):
    return pd.read_parquet(editions / "regions").query("kind == 'cell' and text != ''")


def test_find(command, editions, cells, tmp_path):
    text = cells["text"].value_counts().index[-1]
    result = command("find", editions, text, "--json", "--csv", tmp_path / "places.csv")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["tables_rows_and_columns_count_from"] == 0
    place = ["doc_id", "table_id", "row", "col", "region_id"]
    expected = cells[cells["text"] == text].sort_values(place)
    for places in (pd.DataFrame(found["places"]), pd.read_csv(tmp_path / "places.csv")):
        assert places[place].to_numpy().tolist() == expected[place].to_numpy().tolist()
    assert "count from 0 in it" in result.stderr


def test_places_are_printed_counted_from_1(command, editions, cells):
    first = cells.sort_values(["doc_id", "table_id", "row", "col"]).iloc[0]
    below = cells[
        (cells["doc_id"] == first["doc_id"])
        & (cells["table_id"] == first["table_id"])
        & (cells["col"] == first["col"])
        & (cells["row"] == first["row"] + 1)
    ].iloc[0]
    result = command("find", editions, first["text"], below["text"], "--along", "column", "-n", 1)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].endswith(":")
    assert any(line.startswith(f"{first['doc_id']} (") for line in lines)
    table, row, column = (int(first[name]) + 1 for name in ("table_id", "row", "col"))
    where = f"table {table} row {row} column {column} down"
    assert f"{where}: {first['text']} | {below['text']}" in result.stdout
    assert f"tablekin read {editions} {first['doc_id']}" in lines[-1]


def test_what_stands_nowhere_is_said(command, editions):
    result = command("find", editions, "987654321")
    assert (result.exit_code, result.stdout) == (0, "nowhere\n")


def test_what_cannot_be_looked_for_ends_with_2(command, editions):
    result = command("find", editions, "abc")
    assert result.exit_code == 2
    assert "no words of" in result.stderr  # without digits it is a word
    assert "--words tesseract" in result.stderr

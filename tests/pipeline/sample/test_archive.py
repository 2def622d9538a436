import hashlib

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tablekin.errors import UsageError
from tablekin.sample.archive import write_archive
from tablekin.sample.truth import SCHEMAS, corresponding_cells, read_truth


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    directory = tmp_path_factory.mktemp("sample") / "archive"
    seen = []
    write_archive(directory, 6, seed=4, workers=1, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, 6) for done in range(1, 7)]
    return directory


def digests(directory):
    files = (path for path in sorted(directory.rglob("*")) if path.is_file())
    return {path.relative_to(directory): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_metadata_names_every_scan(archive):
    metadata = pd.read_csv(archive / "metadata.csv", dtype=str)
    assert {"file", "work", "edition", "year", "place", "page"} <= set(metadata.columns)
    assert sorted(metadata["file"]) == sorted(path.name for path in (archive / "scans").iterdir())
    documents = read_truth(archive, "documents")
    assert documents["file"].tolist() == metadata["file"].tolist()
    for row in documents.itertuples():
        with Image.open(archive / "scans" / row.file) as image:
            assert image.size == (row.width, row.height)


def test_the_number_of_workers_changes_nothing(archive, tmp_path):
    write_archive(tmp_path / "again", 6, seed=4, workers=2)
    assert digests(tmp_path / "again") == digests(archive)


def test_digits_of_a_cell_spell_its_text(archive):
    cells, digits = read_truth(archive, "cells"), read_truth(archive, "digits")
    documents = read_truth(archive, "documents").set_index("doc")
    body = cells[(cells["kind"] == "cell")].set_index(["doc", "table", "row", "col"])
    inside = digits[digits["row"] >= 0]
    spelled = printed = 0
    for place, group in inside.groupby(["doc", "table", "row", "col"]):
        along = {0: group["x0"], 90: group["y0"], 180: -group["x0"], 270: -group["y0"]}
        order = np.argsort(along[int(documents.loc[place[0], "orientation"])].to_numpy())
        text = iter(filter(str.isdecimal, body.loc[place, "text"]))
        # digits that left no ink are missing, but none is wrong or out of order
        assert all(str(digit) in text for digit in group["digit"].to_numpy()[order])
        spelled += len(group)
        printed += sum(map(str.isdecimal, body.loc[place, "text"]))
    assert spelled > max(500, 0.95 * printed)


def test_ink_lies_where_the_digits_are_said_to_be(archive):
    digits, documents = read_truth(archive, "digits"), read_truth(archive, "documents")
    for row in documents[documents["is_table"]].itertuples():
        with Image.open(archive / "scans" / row.file) as image:
            brightness = np.asarray(image.convert("L"), float)
        boxes = (
            digits[(digits["doc"] == row.doc) & ~digits["ignore"]][["x0", "y0", "x1", "y1"]]
            .round()
            .astype(int)
        )
        inside = np.mean([brightness[y0:y1, x0:x1].mean() for x0, y0, x1, y1 in boxes.to_numpy()])
        beside = np.mean(
            [
                brightness[y0:y1, max(0, x0 - 3) : x0 - 1].mean()
                for x0, y0, x1, y1 in boxes.to_numpy()
                if x0 > 3
            ]
        )
        assert inside < beside - 10


def test_planted_misprints_are_in_the_cells(archive):
    cells, misprints = read_truth(archive, "cells"), read_truth(archive, "misprints")
    body = cells[cells["kind"] == "cell"]
    found = misprints.merge(body, on=["doc", "table", "row", "col"], suffixes=("", "_cell"))
    assert len(found) == len(misprints) > 0
    for row in found.itertuples():
        assert row.printed in row.text
        assert row.printed != row.correct
        assert row.column_key in row.column_keys.split("+")


def test_cells_of_two_editions_agree_but_for_the_misprints(archive):
    documents, cells = read_truth(archive, "documents"), read_truth(archive, "cells")
    misprints = read_truth(archive, "misprints")
    tables = documents[documents["is_table"]]
    pairs = tables.merge(tables, on="work")
    pairs = pairs[pairs["edition_x"] < pairs["edition_y"]]
    wrong = set(zip(*(misprints[name] for name in ("doc", "table", "row", "col")), strict=True))
    compared = differ = 0
    for pair in pairs.itertuples():
        for row in corresponding_cells(cells, pair.doc_x, pair.doc_y).itertuples():
            if not (row.text_a.isdecimal() and row.text_b.isdecimal()):
                continue
            compared += 1
            if int(row.text_a) != int(row.text_b):
                differ += 1
                place_a = (pair.doc_x, row.table_a, row.row_a, row.col_a)
                assert wrong & {place_a, (pair.doc_y, row.table_b, row.row_b, row.col_b)}
    assert differ > 0
    assert compared > 50


def test_schemas_are_those_of_the_files(archive):
    for name, schema in SCHEMAS.items():
        assert read_truth(archive, name).columns.tolist() == schema.names


def test_a_folder_in_use_is_left_alone(archive):
    with pytest.raises(UsageError, match="not an empty folder"):
        write_archive(archive, 3, seed=0)
    with pytest.raises(UsageError, match="at least 1"):
        write_archive(archive / "new", 0, seed=0)

"""What counts of a transcription, and how it is laid beside what was read."""

import json

import pandas as pd
from evaluate_symbols import keep_signs, read_truths, score_picture

PRINTED = [["12", "+3", "−4°"], ["13", "+5", "−6°"], ["14", "+7", "−8°"]]


def regions(cells: list[list[str]]) -> pd.DataFrame:
    rows = [("cell", 0, row, col, text) for row, texts in enumerate(cells) for col, text in enumerate(texts)]
    return pd.DataFrame(rows, columns=["kind", "table_id", "row", "col", "printed"])


def test_signs_that_were_not_transcribed_do_not_count(tmp_path):
    (tmp_path / "report.csv").write_text("12,+3,4\n13,+5,6\n14,+7\n")
    ((name, true, signs),) = read_truths(tmp_path)
    assert (name, true.shape, true[2, 2]) == ("report", (3, 3), "")
    score, wrong = score_picture(true, keep_signs(regions(PRINTED), signs))
    assert (score["exact"], wrong) == (8 / 9, [("", "8")])
    (tmp_path / "symbols_truth.json").write_text(json.dumps({"made": PRINTED}))
    ((name, true, signs),) = read_truths(tmp_path)  # of those pictures the CSV file is none
    score, wrong = score_picture(true, keep_signs(regions(PRINTED), signs))
    assert (name, score["exact"], wrong) == ("made", 1.0, [])

"""The file that people edit: counted from 1, the least sure cells first, with what comes second."""

import numpy as np
import pandas as pd

from tablekin.report.cell_sheet import cell_sheet


def test_a_cell_has_its_place_from_one_and_its_reading_twice_and_what_comes_second():
    place = {"table_id": 0, "row": [2, 3, 4], "col": 1, "value": np.nan}
    box = {"x0": 10.4, "y0": 20.6, "x1": 30.0, "y1": 40.0}
    read = {"text": ["12 34", "56", "7"], "printed": ["12·34", "", "7"], "confidence": [0.5, 1.0, 0.9]}
    cells = pd.DataFrame({"doc_id": "p1", "region_id": [5, 6, 7], **place, **box, **read})
    digits = pd.DataFrame(
        {
            "doc_id": "p1",
            "region_id": [5, 5, 5, 5, 6, 6, 7],
            "digit": [3, 1, 2, 4, 5, 6, 8],  # those of the last do not fit its text
            "score": [0.5, 0.9, 0.9, 0.9, 0.9, 0.5, 0.9],
            "x0": [3.0, 1, 2, 4, 1, 2, 1],
            "other": [8, 7, -1, -1, -1, 3, 1],
            "other_score": [0.4, 0.05, 0, 0, 0, 0.4, 0.1],
        }
    )
    sheet = cell_sheet(cells, digits)
    assert sheet[["doc", "table", "row", "column"]].to_numpy().tolist()[0] == ["p1", 1, 3, 2]
    assert sheet["reading"].tolist() == sheet["before"].tolist() == ["12·34", "56", "7"]
    assert sheet["second"].tolist() == ["12·84", "", ""]  # the second is certain, the third not known
    assert sheet[["x0", "y0"]].to_numpy()[0].tolist() == [10, 21]

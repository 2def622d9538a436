"""Pages read alone are read as a run reads them."""

import cv2
import numpy as np
import pandas as pd
from lib.read_only import read_tables

from tablekin.config import RunConfig
from tablekin.document import analyse_document


def test_what_is_read_is_what_a_run_reads():
    image = np.full((300, 300), 255, np.uint8)
    for row in range(6):
        for column in range(3):
            text = str(10 * row + 17 + 31 * column)
            place = (30 + 90 * column, 50 + 40 * row)
            cv2.putText(image, text, place, cv2.FONT_HERSHEY_COMPLEX, 0.9, 0, 2, cv2.LINE_AA)
    whole = analyse_document(image, "page", RunConfig())
    for name, rows in read_tables(image, RunConfig()).items():
        assert len(rows) > 0
        pd.testing.assert_frame_equal(rows, whole[name][rows.columns], check_dtype=False)

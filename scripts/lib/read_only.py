"""Pages as they are read, without what explains them: for measurements of reading, in half the time."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.config import RunConfig
from tablekin.digitize import digitize, drop_false_positives, load_readers, to_original
from tablekin.models.precision import full_precision
from tablekin.read import read
from tablekin.segment import TableCriteria, segment

_BOX = ["x0", "y0", "x1", "y1"]
_PLACE = ["region_id", "kind", "table_id", "row", "col"]


@full_precision()
def read_tables(image: NDArray[np.uint8], config: RunConfig) -> dict[str, pd.DataFrame]:
    """Read a page.

    Parameters
    ----------
    image
        ``(h, w)`` grey, 0 black.
    config
        Settings of the run.

    Returns
    -------
    dict
        What tables ``pages``, ``regions`` and ``digits`` have of a page, but for columns that only explanations need.
    """
    page, _ = digitize(image, load_readers(), config.digitize.threshold)
    layout = segment(page, TableCriteria(min_digits=config.segment.min_digits))
    page = drop_false_positives(page, layout, config.digitize.threshold_without_table)
    reading = read(page, layout)
    places = [(r.region_id, str(r.kind), r.table_id, r.row, r.col) for r in layout.regions]
    regions = pd.DataFrame(places, columns=_PLACE)
    regions[_BOX] = to_original(np.array([region.box for region in layout.regions]), page.to_original)
    digits = pd.DataFrame({"digit": page.digits.digit, "score": page.digits.score})
    digits[_BOX] = to_original(page.digits.boxes, page.to_original)
    return {
        "pages": pd.DataFrame([{"orientation": page.orientation, "is_table": layout.is_table}]),
        "regions": regions.merge(reading.regions, on="region_id", validate="one_to_one"),
        "digits": digits.assign(region_id=reading.digit_region),
    }

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


@full_precision()
def read_regions(image: NDArray[np.uint8], config: RunConfig) -> pd.DataFrame:
    """Read a page.

    Parameters
    ----------
    image
        ``(h, w)`` grey, 0 black.
    config
        Settings of the run.

    Returns
    -------
    DataFrame
        ``kind``, ``table_id``, ``row``, ``col``, ``text``, ``printed`` and box of each region, as in table ``regions``.
    """
    page, _ = digitize(image, load_readers(), config.digitize.threshold)
    layout = segment(page, TableCriteria(min_digits=config.segment.min_digits))
    page = drop_false_positives(page, layout, config.digitize.threshold_without_table)
    regions = pd.DataFrame(
        [
            (region.region_id, str(region.kind), region.table_id, region.row, region.col)
            for region in layout.regions
        ],
        columns=["region_id", "kind", "table_id", "row", "col"],
    )
    boxes = to_original(np.array([region.box for region in layout.regions]), page.to_original)
    regions[["x0", "y0", "x1", "y1"]] = boxes
    return regions.merge(read(page, layout).regions, on="region_id", validate="one_to_one")

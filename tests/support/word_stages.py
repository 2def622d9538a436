"""An analysis without a network whose pages have words, as an OCR engine would have read them."""

import pandas as pd

from tests.support import table_stages

HEADER, FIRST_CELL = 1, 7  # regions
WORDS = [("Tabula", HEADER), ("Declinationis", HEADER), ("G.", FIRST_CELL)]
LABELS = {HEADER: "Tabula Declinationis", FIRST_CELL: "G."}


def analyse(image, doc_id, config, device):
    """Make what `table_stages` makes, and words where an engine is asked for."""
    tables = table_stages.analyse(image, doc_id, config, device)
    if config.read.words == "none":
        return tables
    texts, regions = zip(*WORDS, strict=True)
    words = {
        "doc_id": doc_id,
        "text": texts,
        "x0": [1.0, 9.0, 1.0],
        "y0": 2.0,
        "x1": [8.0, 20.0, 3.0],
        "y1": 6.0,
        "confidence": [0.9, 0.5, 0.7],
        "language": config.read.languages,
        "region_id": regions,
    }
    labels = [LABELS.get(region, "") for region in tables["regions"]["region_id"]]
    return tables | {"regions": tables["regions"].assign(label=labels), "words": pd.DataFrame(words)}

import pandas as pd

from tablekin.report.region_names import RegionNames


def test_regions_are_named_by_place_and_text():
    columns = ["region_id", "kind", "table_id", "row", "col", "text"]
    rows = [
        (0, "outside", None, None, None, ""),
        (1, "row", 1, 4, None, ""),
        (2, "column", 0, None, 0, ""),
        (3, "cell", 1, 4, 1, "59 0"),
        (4, "cell", 1, 4, 0, "16 22"),
        (5, "cell", 0, 0, 0, "1234567890" * 5),
        (6, "page_number", None, None, None, "17"),
    ]
    names = RegionNames(pd.DataFrame(rows, columns=columns))
    assert names.name(1) == 'row 5 of table 2 "16 22 | 59 0"'
    assert names.name(3) == 'row 5 column 2 of table 2 "59 0"'
    assert names.name(2) == 'column 1 of table 1 "12345678901234567890123456789012345…"'
    assert names.name(6) == 'page number "17"'
    assert names.name(0) == "outside"

import numpy as np

from tablekin.sample.plan import plan_archive
from tablekin.sample.training.pages import training_page


def test_tables_of_planned_and_of_training_pages_are_whole():
    """What typesetting and truth rely on: a key a row, a cell a column, and tables on pages with tables only."""
    rng = np.random.default_rng(0)
    pages = [page.content for page in plan_archive(60, 2).pages] + [training_page(rng) for _ in range(60)]
    kinds = set()
    for page in pages:
        kinds.add(page.kind)
        assert (page.kind == "table") == bool(page.tables)
        for table in page.tables:
            assert len(table.row_keys) == len(table.cells) == len({*table.row_keys})
            assert {len(row) for row in table.cells} == {len(table.columns)}
            assert {column.align for column in table.columns} <= {"left", "center", "right"}
    assert kinds >= {"table", "prose", "diagram"}

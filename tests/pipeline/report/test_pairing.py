"""Which lines of two pages belong together, and that the shares are those of the map of all regions."""

import numpy as np
import pandas as pd
import pytest

from tablekin.explain import joint_relevance
from tablekin.page import Level, RegionKind
from tablekin.report.pair import Pair, PairScore, describe_pair
from tablekin.report.pairing import column_shares, pair_lines
from tablekin.schemas import empty
from tests.support.printed_factors import page_with_factors


def test_rows_of_one_table_match_in_their_order():
    pairing = pair_lines(page_with_factors("a", 8, 4), page_with_factors("b", 8, 4))
    assert pairing.levels == (Level.ROW, Level.ROW)
    assert [(one.a.number, one.b.number) for one in pairing.matches] == [(k, k) for k in range(8)]
    assert pairing.lines == (8, 8)


def test_a_table_that_is_turned_matches_rows_with_columns():
    pairing = pair_lines(page_with_factors("a", 8, 6), page_with_factors("b", 8, 6, is_turned=True))
    assert pairing.levels == (Level.ROW, Level.COLUMN)
    assert [(one.a.number, one.b.number) for one in pairing.matches] == [(k, k) for k in range(8)]


def test_pages_without_a_common_table_have_no_run():
    pairing = pair_lines(page_with_factors("a", 8, 4), page_with_factors("b", 8, 4, seed=5))
    assert pairing.runs == []


def test_shares_are_those_of_the_map_of_all_regions():
    a, b = page_with_factors("a", 8, 4), page_with_factors("b", 8, 4)
    pairing = pair_lines(a, b)
    full = joint_relevance(a.rows("factors"), b.rows("factors"))
    rows = [page.regions.set_index("region_id")["row"] for page in (a, b)]
    cells = [page.regions.set_index("region_id")["kind"] == RegionKind.CELL for page in (a, b)]
    full = full.loc[cells[0].reindex(full.index), cells[1].reindex(full.columns)]
    total = joint_relevance(a.rows("factors"), b.rows("factors")).to_numpy().sum()
    same = rows[0].reindex(full.index).to_numpy()[:, None] == rows[1].reindex(full.columns).to_numpy()
    assert pairing.share == pytest.approx(full.to_numpy()[same].sum() / total)
    assert pairing.table_share == pytest.approx(full.to_numpy().sum() / total)
    shares = column_shares(a, b, total)
    assert shares.sum() == pytest.approx(
        joint_relevance(a.rows("factors"), b.rows("factors")).loc[full.index].to_numpy().sum() / total
    )
    assert pairing.expected_share < pairing.share


def test_the_strongest_cells_are_those_that_make_rows_match():
    a, b = page_with_factors("a", 8, 4), page_with_factors("b", 8, 4)
    for page, strengths in zip((a, b), pair_lines(a, b).cell_strengths(), strict=True):
        assert strengths.between(0, 1).all()
        assert strengths.max() == 1
        column = page.regions.set_index("region_id").loc[strengths.index, "col"]
        assert (
            strengths[column == 0].max() < strengths[column > 0].median()
        )  # the first is the same in all rows
    assert isinstance(strengths, pd.Series) and np.isfinite(strengths).all()


def test_what_matches_is_said_in_a_sentence():
    pages = (
        page_with_factors("a", 8, 6),
        page_with_factors("b", 8, 6),
        page_with_factors("c", 8, 6, is_turned=True),
    )
    assert pair_lines(*pages[:2]).finding == "8 of 8 rows of A match rows of B, in the same order"
    assert pair_lines(pages[0], pages[2]).finding == "8 of 8 rows of A match columns of B, in the same order"
    told = "\n".join(describe_pair(Pair(*pages[:2], PairScore(1.0, 0.9), lambda: empty("matches"))))
    pairing = pair_lines(*pages[:2])
    assert f"{pairing.share:.1%} of the score, which would be {pairing.expected_share:.1%}" in told

"""Works: which books share tables, by what collation found of their pages."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tablekin.corpus import Comparison, CorpusStore
from tablekin.dating import UNDATED, YEAR_COLUMNS, Years, span
from tablekin.lettering import counted
from tablekin.schemas import ALL_SCHEMAS, to_arrow

_LISTED = 15  # pairs of works that are told, those with most in common first
_COLLATED = ["doc_a", "doc_b", "is_kin", "verdict", "same", "shared_errors", "shared_deviations"]
_SUMMED = ["same", "shared_errors", "shared_deviations"]  # -1 where it is not known
_COPIED = "copied"  # value of alignments.verdict


def make_works(corpus: CorpusStore, work: pd.Series, years: pd.DataFrame) -> pd.DataFrame:
    """Make table ``works``: a row for every two works of which pages were collated.

    Parameters
    ----------
    corpus
        Its tables are up to date.
    work
        Of each document that was analysed, by doc_id; missing where it is not known.
    years
        ``year_from`` and ``year_to`` of the same documents; missing where they are not known.
    """
    named = work.dropna().astype(str)
    dates = _first_dates(named, years)
    sizes = named.value_counts()
    pairs = corpus.read("alignments", columns=_COLLATED)
    one, other = pairs["doc_a"].map(named), pairs["doc_b"].map(named)
    between = one.notna() & other.notna() & (one != other)
    pairs, one, other = pairs[between], one[between], other[between]
    turned = one > other
    pairs = pairs.assign(
        work_a=one.where(~turned, other),
        work_b=other.where(~turned, one),
        doc_of_a=pairs["doc_a"].where(~turned, pairs["doc_b"]),
        doc_of_b=pairs["doc_b"].where(~turned, pairs["doc_a"]),
    )
    found = _count_pairs(pairs).reset_index()
    for side in "ab":
        name = found[f"work_{side}"]
        date = name.map(lambda work: dates.get(work, UNDATED))
        found[f"documents_{side}"] = name.map(sizes)
        found[f"year_from_{side}"], found[f"year_to_{side}"] = (
            pd.array([getattr(of, end) for of in date], "Int32") for end in ("first", "last")
        )
        found[f"date_{side}"] = date
    found["first"] = [_first(a, b) for a, b in zip(found["date_a"], found["date_b"], strict=True)]
    return found[ALL_SCHEMAS["works"].names]


def _count_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Add up the collated pairs of documents of every two works, ``work_a`` and ``work_b``, which are the index."""
    kin = pairs["is_kin"].to_numpy(bool)
    counted = pairs.assign(
        compared=1,
        related=kin.astype(int),
        copied=kin & (pairs["verdict"] == _COPIED),
        **{name: pairs[name].clip(lower=0).where(kin, 0) for name in _SUMMED},
    )
    by = ["work_a", "work_b"]
    found = counted.groupby(by, sort=True)[["compared", "related", "copied", *_SUMMED]].sum().astype(int)
    for side in "ab":
        related = pairs[kin].groupby(by, sort=True)[f"doc_of_{side}"].nunique()
        found[f"related_{side}"] = related.reindex(found.index, fill_value=0)
    return found


def _first_dates(work: pd.Series, years: pd.DataFrame) -> dict[str, Years]:
    """Date every work by its earliest document."""
    known = years.reindex(work.index).dropna(how="all")
    known = known.assign(work=work.reindex(known.index), by=known["year_to"].fillna(known["year_from"]))
    earliest = known.sort_values(["work", "by", "year_from"]).drop_duplicates("work")
    rows = earliest[["work", *YEAR_COLUMNS]].itertuples(index=False)
    return {str(name): span(first, last) for name, first, last in rows}


def _first(a: Years, b: Years) -> str:
    """Say which of two works is surely the earlier."""
    return "a" if a.is_before(b) else "b" if b.is_before(a) else "unknown"


def write_works(corpus: CorpusStore, works: pd.DataFrame) -> None:
    """Write table ``works``, with what was compared when it was made."""
    made_from = corpus.pair_table.made_from() or Comparison("", "")
    corpus.work_table.replace([to_arrow("works", works)], made_from)


def sharing(works: pd.DataFrame) -> pd.DataFrame:
    """Keep the works that share tables, those with most related pages first; the earlier work of a row is its a."""
    related = works[works["related"] > 0]
    turned = related["first"] == "b"
    names = {
        name: f"{name[:-1]}{'ba'['ab'.index(name[-1])]}" for name in works if name.endswith(("_a", "_b"))
    }
    swapped = related[turned].rename(columns=names).assign(first="a")
    found = pd.concat([related[~turned], swapped[works.columns.tolist()]])
    order = ["related", "same", "work_a", "work_b"]
    return found.sort_values(order, ascending=[False, False, True, True], ignore_index=True)


def describe_works(works: pd.DataFrame) -> Iterator[str]:
    """Say which books share tables.

    Yields
    ------
    str
        Lines.
    """
    found = sharing(works)
    if found.empty:
        yield f"no two works share tables, of {len(works)} that were compared"
        return
    yield f"works that share tables: {len(found)} pairs, of {len(works)} that were compared"
    for row in found.head(_LISTED).itertuples():
        a, b = (_named(row, side) for side in "ab")
        came = "which came first is not known" if row.first == "unknown" else f"{row.work_a} came first"
        errors = f", {counted(row.shared_errors, 'error')} in both" if row.shared_errors else ""
        yield (
            f"  {a} and {b}: {row.related_a} of {counted(row.documents_a, 'page')} and {row.related_b} of "
            f"{row.documents_b} are related, {counted(row.copied, 'pair')} of them copied{errors}; {came}"
        )
    if len(found) > _LISTED:
        yield f"  and {len(found) - _LISTED} more, in the table works"


def _named(row: object, side: str) -> str:
    years = span(getattr(row, f"year_from_{side}"), getattr(row, f"year_to_{side}"))
    name = getattr(row, f"work_{side}")
    return str(name) if years == UNDATED else f"{name} ({years})"


def order_works(works: pd.DataFrame) -> list[tuple[str, str]]:
    """List the works that share tables by year, then by name; each with its label.

    Returns
    -------
    list
        Name, and name with years.
    """
    found = sharing(works)
    sides = [
        found[[f"{name}_{side}" for name in ("work", "year_from", "year_to", "related")]].set_axis(
            ["work", *YEAR_COLUMNS, "related"], axis=1
        )
        for side in "ab"
    ]
    both = pd.concat(sides).astype({name: "Int64" for name in YEAR_COLUMNS}).drop_duplicates("work")
    by = both["year_to"].fillna(both["year_from"]).to_numpy(float, na_value=np.inf)
    both = both.assign(by=by).sort_values(["by", "work"])
    return [(row.work, _label(row.work, span(row.year_from, row.year_to))) for row in both.itertuples()]


def _label(work: str, years: Years) -> str:
    return work if years == UNDATED else f"{work}, {years}"

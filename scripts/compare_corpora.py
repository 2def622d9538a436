"""Compare two corpora table by table and column by column, value by value.

``python scripts/compare_corpora.py BEFORE AFTER`` prints a line for each table, and one for each column that differs:
in how many rows, and by how much where it holds numbers. The order of rows does not count. Exit code 1 if anything
differs. Columns that only one of the two has are named and do not count as a difference with ``--common``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset

_KEYS = (
    "doc_id",
    "region_id",
    "doc_a",
    "doc_b",
    "level",
    "rank",
    "table_a",
    "row_a",
    "col_a",
    "row_b",
    "col_b",
)
_CLOCK = ("corrections.when", "corrections.undone")  # what differs whenever the same is done twice
_MORE_KEYS = (
    *("digit", "x0", "y0", "feature", "model", "region_a", "region_b", "features"),
    *("table_id", "group", "col", "radix"),
)


def tables_of(corpus: Path) -> dict[str, list[Path]]:
    """Files of every table of a corpus: a folder of parts is one, and so is any other Parquet file."""
    found: dict[str, list[Path]] = {}
    for path in sorted(corpus.rglob("*.parquet")):
        table = path.parent if path.name.startswith("part-") else path.with_suffix("")
        found.setdefault(table.relative_to(corpus).as_posix(), []).append(path)
    return found


def read_table(files: list[Path]) -> pd.DataFrame:
    """All rows of a table, sorted by what identifies them."""
    frame = pyarrow.dataset.dataset(files, format="parquet").to_table()
    rows: pd.DataFrame = frame.to_pandas(types_mapper={pa.int32(): pd.Int32Dtype()}.get)
    keys = [key for key in (*_KEYS, *_MORE_KEYS) if key in rows and not _nested(rows[key])]
    return rows.sort_values(keys, kind="stable", ignore_index=True) if keys else rows


def _nested(values: pd.Series) -> bool:
    return bool(len(values)) and isinstance(values.iloc[0], np.ndarray | list | dict)


def differences(before: pd.Series, after: pd.Series) -> tuple[int, float]:
    """Rows in which two columns differ, and the largest difference of numbers (nan for anything else)."""
    if _nested(before) or _nested(after):
        unlike = [repr(_plain(a)) != repr(_plain(b)) for a, b in zip(before, after, strict=True)]
        return sum(unlike), float("nan")
    missing = before.isna().to_numpy() & after.isna().to_numpy()
    same = (before.astype(object).fillna("?") == after.astype(object).fillna("?")).to_numpy(dtype=bool)
    unlike_rows = ~(same | missing)
    largest = float("nan")
    if unlike_rows.any() and pd.api.types.is_numeric_dtype(before) and pd.api.types.is_numeric_dtype(after):
        gap = before[unlike_rows].astype(float) - after[unlike_rows].astype(float)
        largest = float(gap.abs().max())
    return int(unlike_rows.sum()), largest


def _plain(value: object) -> object:
    return value.tolist() if isinstance(value, np.ndarray) else value


def compare(before: Path, after: Path, common: bool) -> Iterator[tuple[str, bool]]:
    """Compare all tables.

    Yields
    ------
    tuple of str and bool
        A line, and whether it tells of a difference.
    """
    one, other = tables_of(before), tables_of(after)
    for name in sorted(one.keys() ^ other.keys()):
        yield f"{name}: only in {before if name in one else after}", not common
    for name in sorted(one.keys() & other.keys()):
        left, right = read_table(one[name]), read_table(other[name])
        shared = [column for column in left if column in right and f"{name}.{column}" not in _CLOCK]
        for column in sorted(set(left) ^ set(right)):
            yield f"{name}.{column}: only in {before if column in left else after}", not common
        if len(left) != len(right):
            yield f"{name}: {len(left)} rows before, {len(right)} after", True
            continue
        unlike = 0
        for column in shared:
            count, largest = differences(left[column], right[column])
            unlike += count > 0
            if count:
                how_much = "" if np.isnan(largest) else f", by at most {largest:.3g}"
                yield f"{name}.{column}: {count} of {len(left)} rows differ{how_much}", True
        if not unlike:
            yield f"{name}: {len(left)} rows, {len(shared)} columns equal", False


def main() -> int:
    """Compare the two corpora that the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument(
        "--common", action="store_true", help="compare only tables and columns that both have"
    )
    options = parser.parse_args()
    different = False
    for line, differs in compare(options.before, options.after, options.common):
        print(line)
        different |= differs
    print("the corpora differ" if different else "the corpora are equal")
    return int(different)


if __name__ == "__main__":
    sys.exit(main())

"""CsvFile: a file of rows that a user named."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tablekin.corpus import replacing
from tablekin.errors import StorageError, UsageError

SPREADSHEET = "utf-8-sig"  # with the mark by which spreadsheet programs know UTF-8


def save_csv(rows: pd.DataFrame, path: Path, encoding: str = "utf-8", what: str = "") -> None:
    """Write rows as CSV; folders that are missing are made. ``what`` names them in the error.

    Raises
    ------
    UsageError
        ``path`` cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(rows.to_csv(index=False).encode(encoding))
    except (OSError, StorageError) as error:
        raise UsageError(f"cannot write {what and f'{what} to '}{path}: {error}") from error

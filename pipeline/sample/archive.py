"""Archive: the sample archive on disk: scans, metadata and truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from tablekin.errors import StorageError, UsageError
from tablekin.execution import Failure, default_workers, run_in_order
from tablekin.faults import faults_described
from tablekin.sample.degradation.degrade import DegradedPage, degrade, random_degradation
from tablekin.sample.plan import PlannedPage, plan_archive
from tablekin.sample.truth import SCHEMAS
from tablekin.sample.typesetting.layout import JOINT
from tablekin.sample.typesetting.typeset import set_page

SCANS = "scans"
TRUTH = "truth"
METADATA = "metadata.csv"
_OF_PAGES = ("cells", "digits", "misprints", "deviations")
_BATCH = 64  # pages a row group


@dataclass(frozen=True)
class _Printed:
    """What is known about a page once it is printed."""

    document: dict[str, object]
    cells: pa.Table
    digits: pa.Table
    misprints: pa.Table
    deviations: pa.Table


def _save(image: np.ndarray, path: Path, quality: int) -> None:
    picture = Image.fromarray(image)
    if path.suffix == ".jpg":
        picture.save(path, quality=quality, dpi=(300, 300))
    elif path.suffix == ".tif":
        picture.save(path, compression="tiff_lzw", dpi=(300, 300))
    else:
        picture.save(path, compress_level=3, dpi=(300, 300))


def _table(name: str, frame: pd.DataFrame) -> pa.Table:
    schema = SCHEMAS[name]
    return pa.Table.from_pandas(frame.reindex(columns=schema.names), schema, preserve_index=False)


def _key_cells(page: PlannedPage, scan: DegradedPage) -> pd.DataFrame:
    """Add to the cells what they hold: the keys of row and columns, equal across editions."""
    tables = page.content.tables
    cells = scan.cells.assign(doc=page.doc, work=page.metadata["work"])
    inside = [int(number) >= 0 for number in cells["table"]]
    cells["column_keys"] = [
        tables[table].columns[col].key if own else None
        for own, table, col in zip(inside, cells["table"], cells["col"], strict=True)
    ]
    cells["row_key"] = [
        tables[table].row_keys[row] if own and row >= 0 else None
        for own, table, row in zip(inside, cells["table"], cells["row"], strict=True)
    ]
    return cells


def _locate(page: PlannedPage, table_name: str) -> pd.DataFrame:
    """Find the cells of a page in which the misprints of its edition, or the deviations of its author, stand."""
    found = []
    for number, table in enumerate(page.content.tables):
        rows = {key: row for row, key in enumerate(table.row_keys)}
        for one in getattr(page, table_name):
            if one["row_key"] not in rows:
                continue
            for col, column in enumerate(table.columns):
                if one["column_key"] in column.key.split(JOINT):
                    place = {"doc": page.doc, "table": number, "row": rows[one["row_key"]], "col": col}
                    found.append({**place, **one})
    return pd.DataFrame(found, columns=SCHEMAS[table_name].names)


def print_page(page: PlannedPage, scans: Path) -> _Printed:
    """Typeset, degrade and save a page.

    Parameters
    ----------
    page
        What to print.
    scans
        Folder of the scans.
    """
    rng = np.random.default_rng(page.seed)
    clean = set_page(page.content, page.style, rng)
    degradation = replace(random_degradation(rng, upright=True), orientation=page.orientation)
    scan = degrade(clean, degradation, rng)
    path = scans / page.metadata["file"]
    with faults_described(path):
        _save(scan.image, path, int(rng.integers(70, 96)))
    document: dict[str, object] = {
        "doc": page.doc,
        "is_table": page.metadata["kind"] == "table",
        "height": scan.image.shape[0],
        "width": scan.image.shape[1],
        "orientation": scan.orientation,
        "skew_degrees": scan.skew_degrees,
        "digit_height": scan.digit_height,
        "face": "engraved" if page.style.hand else page.style.digits,
        "wear": degradation.strength,
        **{name: page.metadata[name] for name in ("file", "work", "edition", "kind")},
    }
    return _Printed(
        document,
        _table("cells", _key_cells(page, scan)),
        _table("digits", scan.digits.assign(doc=page.doc)),
        *(_table(name, _locate(page, name)) for name in ("misprints", "deviations")),
    )


def _write_batch(batch: list[_Printed], writers: dict[str, pq.ParquetWriter]) -> None:
    for name in _OF_PAGES:
        writers[name].write_table(pa.concat_tables([getattr(printed, name) for printed in batch]))
    rows = [printed.document for printed in batch]
    writers["documents"].write_table(pa.Table.from_pylist(rows, SCHEMAS["documents"]))


def _successes(results: Iterator[_Printed | Failure], pages: list[PlannedPage]) -> Iterator[_Printed]:
    """Pass on what was printed.

    Raises
    ------
    StorageError
        A page could not be written.
    RuntimeError
        One could not be printed: an error of this program, never of the user's.
    """
    for page, result in zip(pages, results, strict=True):
        if isinstance(result, Failure):
            if result.may_succeed:
                raise StorageError(f"the page {page.doc} could not be written: {result.reason}")
            raise RuntimeError(f"page {page.doc}: {result.reason}\n{result.detail}")
        yield result


def write_archive(
    directory: Path,
    documents: int,
    seed: int,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    anew: int = 0,
) -> None:
    """Write a sample archive: ``scans/``, ``truth/*.parquet`` and, last of all, ``metadata.csv``.

    Parameters
    ----------
    directory
        A new or empty folder.
    documents
        Number of pages.
    seed
        The archive depends on it and on ``documents`` alone, not on the number of workers.
    workers
        Processes; by default one a core.
    progress
        Called with the number of pages done and of all pages.
    anew
        Further pages, of works that others computed anew; they change no other page.

    Raises
    ------
    UsageError
        The folder is not empty, or no documents are asked for.
    StorageError
        It cannot be written to; what is written until then is no archive.
    """
    with faults_described():
        _write_archive(directory, documents, seed, workers, progress, anew)


def _write_archive(
    directory: Path,
    documents: int,
    seed: int,
    workers: int | None,
    progress: Callable[[int, int], None] | None,
    anew: int,
) -> None:
    if documents < 1:
        raise UsageError(f"cannot write {documents} documents; ask for at least 1")
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory} is not an empty folder; name a new one for the sample archive")
    plan = plan_archive(documents, seed, anew)
    scans, truth = directory / SCANS, directory / TRUTH
    scans.mkdir(parents=True)
    truth.mkdir()
    pq.write_table(pa.Table.from_pylist(plan.tree, SCHEMAS["tree"]), truth / "tree.parquet")
    pq.write_table(pa.Table.from_pylist(plan.works, SCHEMAS["works"]), truth / "works.parquet")
    results = run_in_order(partial(print_page, scans=scans), plan.pages, workers or default_workers("cpu"))
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(pq.ParquetWriter(truth / f"{name}.parquet", SCHEMAS[name]))
            for name in ("documents", *_OF_PAGES)
        }
        batch: list[_Printed] = []
        for done, printed in enumerate(_successes(results, plan.pages), 1):
            batch.append(printed)
            if len(batch) == _BATCH or done == len(plan.pages):
                _write_batch(batch, writers)
                batch = []
            if progress is not None:
                progress(done, len(plan.pages))
    metadata = pd.DataFrame([page.metadata for page in plan.pages])
    metadata.to_csv(directory / METADATA, index=False, encoding="utf-8", lineterminator="\n")

"""Run: a folder of scans becomes a corpus, as with the command."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Literal

from tablekin.api.settings import settings_of
from tablekin.config import RunConfig
from tablekin.console import show_messages
from tablekin.orchestration import RunRequest, Summary
from tablekin.orchestration import run as run_stages


def run(
    scans: str | Path | Iterable[str | Path],
    out: str | Path,
    metadata: str | Path | None = None,
    config: RunConfig | str | Path | None = None,
    device: str | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    on_error: Literal["skip", "stop"] = "skip",
    cache: str | Path | None = None,
    quiet: bool = False,
) -> Summary:
    """Analyse scans and write the tables of a corpus, as ``tablekin run`` does; what is done already is skipped.

    Parameters
    ----------
    scans
        A folder, a file, or several of them: JPEG, PNG, TIFF, PDF; or IIIF manifests and collections, addresses or
        files.
    out
        Folder for the tables.
    metadata
        CSV file with a column ``file``; all its columns are kept.
    config
        Settings, or a TOML file of them; ``docs/reference/configuration.md`` lists all.
    device
        Where the networks run: auto, cpu, cuda or cuda:N; as the settings say if left out.
    workers
        Processes; by default one a core, as far as memory goes.
    scheduler
        Address of a Dask scheduler whose workers do the work: ``docs/how-to/cluster.md``.
    on_error
        ``skip`` goes on with the next document when one fails, ``stop`` ends the run.
    cache
        Folder for pages fetched from libraries; by default one in the corpus.
    quiet
        Say nothing. Otherwise what happens is shown on the standard error, unless the logger ``tablekin`` has a
        handler: then that gets it.

    Returns
    -------
    Summary
        How many scans could be analysed and how many failed, and what was added.

    Raises
    ------
    TablekinError
        An argument cannot be used, or no scan could be. What was finished is kept.

    Examples
    --------
    >>> import tablekin
    >>> summary = tablekin.run(["scans"], out="corpus", quiet=True)
    >>> summary.ok, summary.failed, summary.unchanged
    (3, 0, True)
    """
    paths = [scans] if isinstance(scans, (str, Path)) else [*scans]
    order = RunRequest(
        tuple(paths),
        Path(out),
        None if metadata is None else Path(metadata),
        settings_of(config, device),
        workers,
        on_error == "stop",
        scheduler,
        None if cache is None else Path(cache),
    )
    logger = logging.getLogger("tablekin")
    shown = nullcontext() if quiet or logger.hasHandlers() else show_messages()
    with shown:
        return run_stages(order, logger.info)

"""Updates: the tables of pairs and of their cells are brought up to date with the documents of a corpus."""

from __future__ import annotations

import time
from collections.abc import Callable

from tablekin.collation import cells_fingerprint, update_collations, update_testimony
from tablekin.corpus import Inventory
from tablekin.correction import Applied, apply_corrections, lost_corrections
from tablekin.execution import Progress, WorkerPool
from tablekin.explain import Match, Score, compare, driver_tables
from tablekin.lettering import counted
from tablekin.orchestration.context import RunContext
from tablekin.provenance import versions
from tablekin.recompute import recomputation_fingerprint, update_recomputations

_NAMED = 5  # corrections whose place is gone, in messages


def update_pairs(
    run: RunContext,
    stages: Callable[[], tuple[Score, Match]],
    cluster: WorkerPool | None = None,
    device: str = "cpu",
) -> int | None:
    """Bring the tables of pairs and the drivers up to date with the documents.

    Parameters
    ----------
    run
        What the stages share.
    stages
        Gives the functions that score and explain, when there is something to do.
    cluster
        Finds the matches; threads of this process by default.
    device
        Where partners are ranked where not all pairs are kept; else ``stages`` know.

    Returns
    -------
    int or None
        Number of pairs explained; None if there was nothing to do.
    """

    def begin(plan: object) -> None:
        run.say(str(plan))
        run.record.begin()

    corpus = run.corpus
    compared = compare(corpus, run.config, run.fingerprint, stages, run.tally.add, begin, cluster, device)
    made_from = corpus.pair_table.made_from()
    if made_from is None or corpus.driver_table.made_from() == made_from:
        return compared
    run.record.begin()
    clock = time.perf_counter()
    documents = len(corpus.read("features", columns=["doc_id"]))
    with Progress("finding what drives similarity"):
        rows = corpus.driver_table.replace(driver_tables(corpus), made_from)
    run.tally.add("drivers", documents, rows, time.perf_counter() - clock)
    return compared or 0


def update_kin(run: RunContext, stages: Callable[[], tuple[Score, Match]], device: str = "cpu") -> int | None:
    """Where not all pairs are kept, keep those that collation has found kin, and no others that it had found before.

    Parameters
    ----------
    run
        What the stages share; documents are collated.
    stages, device
        As for `update_pairs`.

    Returns
    -------
    int or None
        Number of pairs explained; None if there was nothing to do.
    """
    return update_pairs(run, stages, device=device) if run.corpus.pair_table.kept() else None


def update_corrected(run: RunContext) -> Applied:
    """Put the corrections of a corpus into its readings; those whose place is gone are named.

    Parameters
    ----------
    run
        What the stages share.
    """
    clock = time.perf_counter()
    applied = apply_corrections(run.corpus, run.record.begin)
    if applied.changed:
        run.corpus.tidy_manifest()
        run.say(
            f"{counted(applied.cells, 'corrected cell')}; the readings of "
            f"{counted(len(applied.changed), 'document')} change by them"
        )
        run.tally.add("correct", applied.cells, len(applied.changed), time.perf_counter() - clock)
    lost = lost_corrections(run.corpus)
    for one in lost[:_NAMED]:
        run.say(str(one))
    if len(lost) > _NAMED:
        run.say(f"and {len(lost) - _NAMED} more corrections stand nowhere; tablekin check names them")
    return applied


def update_recomputed(run: RunContext, workers: int | WorkerPool) -> int | None:
    """Bring what is recomputed of every document up to date with its readings.

    Parameters
    ----------
    run
        What the stages share.
    workers
        Number of processes, or those of a cluster.

    Returns
    -------
    int or None
        Number of documents recomputed; None if there was nothing to do.
    """

    def begin(batches: int) -> None:
        run.say(f"{counted(batches, 'batch')} of documents to be recomputed")
        run.record.begin()

    fingerprint = recomputation_fingerprint(run.config, str(versions()["tablekin"]))
    return update_recomputations(
        run.corpus, run.config.recompute, fingerprint, workers, run.tally.add, begin, run.say
    )


def update_cells(run: RunContext, workers: int | WorkerPool) -> int | None:
    """Bring the tables of the cells of pairs up to date with the pairs.

    Parameters
    ----------
    run
        What the stages share.
    workers
        Number of processes, or those of a cluster.

    Returns
    -------
    int or None
        Number of pairs collated; None if there was nothing to do.
    """

    def begin(inventory: Inventory) -> None:
        run.say(f"{len(inventory.missing)} pairs of neighbours to be collated")
        run.record.begin()

    neighbours = run.config.collate.neighbours
    recomputed = recomputation_fingerprint(run.config, str(versions()["tablekin"]))
    fingerprint = cells_fingerprint(run.fingerprint, recomputed)
    return update_collations(run.corpus, neighbours, fingerprint, workers, run.tally.add, begin)


def update_verdicts(run: RunContext) -> int | None:
    """Weigh what cells that do not fit most likely are by what collated documents print there.

    Parameters
    ----------
    run
        What the stages share; its documents are recomputed, and its pairs collated.

    Returns
    -------
    int or None
        Number of batches whose verdicts were weighed; None if there was nothing to do.
    """

    def begin(batches: int) -> None:
        run.say(f"verdicts of {counted(batches, 'batch')} of documents to be weighed by what others print")
        run.record.begin()

    return update_testimony(run.corpus, run.tally.add, begin)

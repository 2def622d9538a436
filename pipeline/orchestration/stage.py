"""Run: every stage in order over a corpus, doing only what is not done yet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tablekin.corpus import CorpusStore, locked
from tablekin.errors import NothingUsableError, UsageError
from tablekin.execution import Say, open_cluster, resolve_device
from tablekin.faults import faults_described
from tablekin.ingest import read_metadata
from tablekin.orchestration.listing import describe_listing, list_sources
from tablekin.orchestration.request import RunRequest as RunRequest
from tablekin.orchestration.request import Summary as Summary
from tablekin.orchestration.settled import GivenToRun, find_settled, keep_settled
from tablekin.words import find_engine

if TYPE_CHECKING:
    from tablekin.explain import Match, Score
    from tablekin.orchestration.documents import Analyse


@dataclass(frozen=True)
class Stages:
    """The stages as functions, so that a test can put others in their place."""

    analyse: Analyse
    score: Score
    match: Match


def load_stages() -> Stages:
    """Import the stages, which takes seconds."""
    from tablekin.document import analyse_document
    from tablekin.explain import match_pairs, score_pairs

    return Stages(analyse_document, score_pairs, match_pairs)


def run(request: RunRequest, say: Say, stages: Stages | None = None) -> Summary:
    """Bring a corpus up to date with its scans, its metadata and the config.

    Parameters
    ----------
    request
        What the user asked for.
    say
        Takes lines for the user: warnings, and what is done or left out.
    stages
        The stages; the project's own by default.

    Raises
    ------
    TablekinError
        An argument cannot be used, no scan could be, one failed and ``stop_on_error`` is set, another run is
        writing to the corpus, or the disk is full. What is finished until then is kept, as it is when the run is
        interrupted or killed.
    """
    if request.scheduler and request.workers:
        raise UsageError("a cluster has its own number of workers; leave out --workers or --scheduler")
    corpus = CorpusStore(request.out)
    engine = find_engine(request.config.read)  # before anything is fetched or waited for
    metadata = read_metadata(request.metadata) if request.metadata else None
    for line in metadata.notes if metadata else ():
        say(line)
    listing, manifests = list_sources(request.scans)
    for line in describe_listing(listing):
        say(line)
    if not listing.sources and not manifests:
        raise NothingUsableError(
            f"no JPEG, PNG, TIFF, JPEG 2000, WebP or PDF file in {', '.join(map(str, request.scans))}"
        )
    with (
        faults_described(),
        open_cluster(request.scheduler, say) as cluster,
        locked(request.out) as lock,
    ):
        fetched = None
        if manifests:
            from tablekin.orchestration.libraries import add_fetched

            listing, fetched = add_fetched(
                listing, manifests, corpus, request.cache, request.config.iiif, say
            )
            if not listing.sources:
                raise NothingUsableError("none of the manifests gave a page; see the reasons above")
        if cluster:
            cluster.require(listing.path(listing.sources[0]))
        may_settle = not (manifests or cluster)
        given = GivenToRun.of(listing, request.metadata, request.config, engine.version if engine else None)
        settled = find_settled(corpus, given) if may_settle else None
        if settled is not None:
            for line in settled.says:
                say(line)
            return Summary(settled.ok, settled.failed, added=0, pairs=0, unchanged=True)
        from tablekin.orchestration.renewal import RunStages, Sources, renew

        # where a cluster does the work, this process ranks, and may have no accelerator of its own
        ranking = "cpu" if cluster else request.config.device
        comparing = partial(comparison_stages, stages, ranking)
        renewed = renew(
            request,
            Sources(listing, fetched, metadata, engine),
            corpus,
            lock,
            say,
            RunStages(lambda: (stages or load_stages()).analyse, comparing, ranking),
            cluster,
        )
        summary = renewed.summary
        if may_settle and renewed.is_settled and summary.ok:
            keep_settled(corpus, given, renewed.says, summary.ok, summary.failed)
    if not summary.ok:
        raise NothingUsableError(
            f"none of the {summary.failed} scans could be analysed; see the reasons above"
        )
    return summary


def comparison_stages(stages: Stages | None, device: str = "cpu") -> tuple[Score, Match]:
    """Give the functions that score and match, the project's own by default, which rank partners on a device."""
    chosen, where = stages or load_stages(), resolve_device(device)
    if stages is not None or where == "cpu":
        return chosen.score, chosen.match
    from tablekin.explain import score_pairs

    return partial(score_pairs, device=where), chosen.match

"""A corpus of six pages, those whose number is even editions of one table, the others of another."""

from pathlib import Path

from tablekin.config import RunConfig
from tablekin.explain import match_pairs, score_pairs
from tablekin.orchestration import RunRequest, Stages, run
from tests.support import edition_stages
from tests.support.runs import in_this_process, write_scan


def edition_corpus(folder: Path) -> Path:
    """Make the corpus."""
    for number in range(6):
        write_scan(folder / "scans" / f"page{number}.png", number, first=number)
    stages = Stages(edition_stages.analyse, score_pairs, match_pairs)
    request = RunRequest((folder / "scans",), folder / "corpus", config=RunConfig(device="cpu"), workers=1)
    with in_this_process():
        run(request, lambda line: None, stages)
    return folder / "corpus"

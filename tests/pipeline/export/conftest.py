import pytest

from tablekin.config import RunConfig
from tablekin.explain import match_pairs, score_pairs
from tablekin.orchestration import RunRequest, Stages, run
from tests.support import text_stages
from tests.support.editions import edition_corpus
from tests.support.runs import in_this_process


@pytest.fixture(scope="session")
def editions(tmp_path_factory):
    """A corpus of six pages, editions of two tables."""
    return edition_corpus(tmp_path_factory.mktemp("editions"))


@pytest.fixture(scope="session")
def texts(tmp_path_factory):
    """A corpus of a page of text, upright and turned by each quarter, an empty page, and one that failed."""
    folder = tmp_path_factory.mktemp("texts")
    for quarters in (0, 1, 2, 3, 9):
        text_stages.write_scan(folder / "scans" / "a b" / f"page{quarters}.png", quarters)
    (folder / "scans" / "broken.png").write_bytes(b"no picture")
    stages = Stages(text_stages.analyse, score_pairs, match_pairs)
    request = RunRequest((folder / "scans",), folder / "corpus", config=RunConfig(device="cpu"), workers=1)
    with in_this_process():
        run(request, lambda line: None, stages)
    return folder / "corpus"

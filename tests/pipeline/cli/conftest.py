import pytest
from typer.testing import CliRunner

from tablekin.cli import app
from tests.support.editions import edition_corpus
from tests.support.runs import STAGES, in_this_process, write_scan


@pytest.fixture
def command(monkeypatch):
    """The command as a function of its arguments, with stages that need no network and no other process."""
    monkeypatch.setattr("tablekin.orchestration.stage.load_stages", lambda: STAGES)

    def command(*arguments, **options):
        return CliRunner().invoke(app, [str(argument) for argument in arguments], **options)

    with in_this_process():
        yield command


@pytest.fixture(scope="session")
def editions(tmp_path_factory):
    """A corpus of six pages, editions of two tables."""
    return edition_corpus(tmp_path_factory.mktemp("editions"))


@pytest.fixture
def scans(tmp_path):
    for number in range(2):
        write_scan(tmp_path / "scans" / f"page{number}.png", number)
    return tmp_path / "scans"

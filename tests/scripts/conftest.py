import pytest
from lib import made_corpus

from tablekin.execution import one_thread
from tests.support.made_pages import made_page


@pytest.fixture(autouse=True)
def _one_thread():
    """Small networks are no faster with several threads, and much slower where other work uses the cores."""
    with one_thread():
        yield


@pytest.fixture
def made_folder(tmp_path, monkeypatch):
    """A corpus of twelve documents, drawn from two made pages."""
    monkeypatch.setattr(made_corpus, "read_pages", lambda folders, density: [made_page(0), made_page(1)])
    made_corpus.make_corpus([], "mix", 12, 0, tmp_path / "corpus")
    monkeypatch.undo()
    return tmp_path / "corpus"

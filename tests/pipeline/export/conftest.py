import pytest

from tests.support.editions import edition_corpus


@pytest.fixture(scope="session")
def editions(tmp_path_factory):
    """A corpus of six pages, editions of two tables."""
    return edition_corpus(tmp_path_factory.mktemp("editions"))

import pytest

from tests.support.atlas_browser import browser


@pytest.fixture(scope="session")
def page():
    """Open one browser for all tests of a process."""
    with browser() as opened:
        yield opened

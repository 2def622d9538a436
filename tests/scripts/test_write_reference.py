"""The reference pages are complete, and those in the repository are up to date."""

from __future__ import annotations

import pytest
import write_reference

from tests.support.places import DOCS


@pytest.mark.parametrize("name", write_reference.PAGES)
def test_pages_are_up_to_date(name: str) -> None:
    stored = (DOCS / "reference" / name).read_text("utf-8")
    assert stored == write_reference.PAGES[name](), "run python scripts/write_reference.py"

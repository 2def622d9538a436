"""The notebook runs as it stands, finds what is true, and shows what it gives today."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from lib.notebook import Output, read_cells, run_notebook

from tests.support.places import DOCS

NOTEBOOK = DOCS / "tutorial" / "from-scans-to-a-finding.ipynb"
TOLERANCE = 0.02  # of numbers that are shown with two or three decimals; processors round differently


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> list[list[Output]]:
    """Outputs of the code cells, run in an empty folder. One of them asserts that the finding is true."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("tutorial"))
        return run_notebook(NOTEBOOK)


def stored() -> list[list[Output]]:
    return [cell["outputs"] for cell in read_cells(NOTEBOOK) if cell["cell_type"] == "code"]


def words(outputs: list[Output]) -> Iterator[str]:
    for output in outputs:
        text = output["text"] if output["output_type"] == "stream" else output["data"]["text/plain"]
        yield from re.sub(r" at 0x[0-9a-f]+", "", "".join(text)).split()


def test_the_notebook_gives_what_it_shows(given: list[list[Output]]) -> None:
    assert len(given) == len(stored())
    for now, before in zip(given, stored(), strict=True):
        for word, shown in zip(words(now), words(before), strict=True):
            if re.fullmatch(r"-?\d+\.\d+", shown):
                assert float(word) == pytest.approx(float(shown), abs=TOLERANCE)
            else:
                assert word == shown, f"python scripts/run_notebook.py {NOTEBOOK} brings it up to date"


def test_pages_pairs_and_collations_are_drawn(given: list[list[Output]]) -> None:
    drawn = [output for outputs in given for output in outputs if "image/png" in output.get("data", {})]
    assert len(drawn) == 3

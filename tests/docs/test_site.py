"""The site is built without a warning and without a network, and asks for nothing from another server."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.places import ROOT

pytest.importorskip("mkdocs", reason="pip install 'tablekin[docs]'")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as ``mkdocs build --strict`` does; every way to another machine is closed."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    def refuse(*_: object) -> None:
        raise AssertionError("the site asks another machine for something")

    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_MKDOCS_2_WARNING", "1")
        patch.setattr("socket.socket.connect", refuse)
        patch.setattr("socket.getaddrinfo", refuse)
        with (ROOT / "mkdocs.yml").open("rb") as file:
            build(load_config(file, strict=True, site_dir=str(folder)))
    return folder


def test_every_text_is_a_page(site: Path) -> None:
    texts = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    texts |= {
        path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.ipynb")
    }
    assert len(texts) > 15
    assert not [page for page in texts if not (site / page).is_file()]
    assert (site / "project" / "contributing.html").is_file()


def test_pages_load_nothing_from_another_server(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    for page in pages:
        text = page.read_text("utf-8")
        loaded = re.findall(
            r"<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)=[\"']?((?:https?:)?//[^\"'> ]+)", text
        )
        assert not loaded, page.relative_to(site)


def test_the_reference_describes_the_code(site: Path) -> None:
    api = (site / "reference" / "models.html").read_text("utf-8")
    assert 'id="tablekin.models.bilrp.pair_map"' in api
    assert ":func:" not in api


def test_pages_of_other_folders_are_linked_and_other_files_named(site: Path) -> None:
    text = (site / "method" / "collation.html").read_text("utf-8")
    assert 'href="../reference/model-card.html"' in text
    assert "pipeline/explain/simd.py" in (site / "method" / "pairs.html").read_text("utf-8")
    assert 'simd.py"' not in (site / "method" / "pairs.html").read_text("utf-8")


def test_the_notebook_is_shown_with_its_drawings(site: Path) -> None:
    folder = site / "tutorial"
    page = (folder / "from-scans-to-a-finding.html").read_text("utf-8")
    drawings = sorted(folder.glob("from-scans-to-a-finding-*.png"))
    assert len(drawings) == 3
    assert all(f'src="{drawing.name}"' in page for drawing in drawings)
    assert "<table" in page

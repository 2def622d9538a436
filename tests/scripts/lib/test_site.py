"""Links of the site, and notebooks as its pages."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

pytest.importorskip("mkdocs", reason="pip install 'tablekin[docs]'")

from lib.site import redirect_links, render


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in (
        "docs/method/a.md",
        "docs/how-to/b.md",
        "pipeline/x.py",
        "CONTRIBUTING.md",
        "models/weights/digits.md",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("[b](../how-to/b.md#top)", "[b](../how-to/b.md#top)"),
        ("[card](../../models/weights/digits.md)", "[card](../reference/model-card.md)"),
        ("[more](../../CONTRIBUTING.md#map)", "[more](../project/contributing.md#map)"),
        ("[code](../../pipeline/x.py)", "code"),
        ("[lost](../../pipeline/y.py)", "[lost](../../pipeline/y.py)"),
        ("[way](../tutorial/c.ipynb)", "[way](../tutorial/c.md)"),
        ("[far](https://example.org/a.md)", "[far](https://example.org/a.md)"),
        ("[here](#top)", "[here](#top)"),
    ],
)
def test_links_of_a_text_lead_to_places_of_the_site(root: Path, link: str, shown: str) -> None:
    text = f"See {link}.\n\n```text\n{link}\n```\n"
    found = redirect_links(text, "docs/method/a.md", "method/a.md", root)
    assert found == f"See {shown}.\n\n```text\n{link}\n```\n"


def test_links_of_a_text_outside_docs_are_seen_from_its_place(root: Path) -> None:
    found = redirect_links("[a](docs/method/a.md)", "CONTRIBUTING.md", "project/contributing.md", root)
    assert found == "[a](../method/a.md)"


def test_a_notebook_becomes_text_code_and_outputs(tmp_path: Path) -> None:
    image = b"\x89PNG"
    cells = [
        {"cell_type": "markdown", "source": ["# Title\n", "text"]},
        {
            "cell_type": "code",
            "source": "1 + 1",
            "outputs": [
                {"output_type": "stream", "text": ["printed\n"]},
                {"output_type": "execute_result", "data": {"text/plain": "2"}},
                {"output_type": "execute_result", "data": {"text/plain": "", "text/html": "<b>2</b>"}},
                {
                    "output_type": "execute_result",
                    "data": {"text/plain": "", "image/png": base64.b64encode(image).decode()},
                },
            ],
        },
    ]
    path = tmp_path / "way.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}))
    shown = render(path)
    assert shown.markdown.startswith(
        "# Title\ntext\n\n```python\n1 + 1\n```\n\n```text\nprinted\n```\n\n```text\n2\n```"
    )
    assert "<b>2</b>" in shown.markdown
    assert shown.markdown.rstrip().endswith("![drawing](way-1.png)")
    assert dict(shown.images) == {"way-1.png": image}

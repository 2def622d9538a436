"""The examples of docs/method/bilrp.md, run as written."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch

from tests.support.places import DOCS

PAGE = DOCS / "method" / "bilrp.md"


def run(number: int) -> dict[str, Any]:
    """Run an example; gives the names it defines."""
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(examples) == 2
    names: dict[str, Any] = {}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        exec(examples[number], names)
    return names


def test_the_example_explains_the_similarity(capsys: pytest.CaptureFixture[str]) -> None:
    names = run(0)
    similarity, explained, absorbed, _ = map(float, capsys.readouterr().out.split())
    assert names["relevance"].shape == (16, 16)
    assert float(names["relevance"].sum()) == pytest.approx(explained, rel=1e-4)
    assert explained + absorbed == pytest.approx(similarity, rel=1e-4)
    assert float(names["a"].phi @ names["b"].phi) == pytest.approx(similarity, rel=1e-4)


def test_the_example_in_one_call_explains_a_transformer(capsys: pytest.CaptureFixture[str]) -> None:
    names = run(1)
    found = names["found"]
    assert capsys.readouterr().out.startswith(f"torch.Size([4, 3]) {found.similarity}")
    assert float(found.relevance.sum()) + found.absorbed == pytest.approx(found.similarity, rel=1e-4)
    assert [part.shape for part in (names["of_first"], names["of_second"])] == [(4,), (3,)]
    assert names["hidden"].relevance.shape == (2, 2)

"""The example of docs/method/bilrp.md, run as written."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch

from tests.support.places import DOCS

PAGE = DOCS / "method" / "bilrp.md"


def test_the_example_explains_the_similarity(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        names: dict[str, Any] = {}
        exec(example, names)
    similarity, explained, absorbed, _ = map(float, capsys.readouterr().out.split())
    assert names["relevance"].shape == (16, 16)
    assert float(names["relevance"].sum()) == pytest.approx(explained, rel=1e-4)
    assert explained + absorbed == pytest.approx(similarity, rel=1e-4)
    assert float(names["a"].phi @ names["b"].phi) == pytest.approx(similarity, rel=1e-4)

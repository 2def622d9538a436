"""The examples in the docstrings of the models, run as written."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest
import torch

from tests.support.places import ROOT

MODULES = [
    ".".join(("tablekin", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
    for path in sorted((ROOT / "models").rglob("*.py"))
]
WITH_EXAMPLES = {
    "tablekin.models",
    "tablekin.models.attribution",
    "tablekin.models.baselines",
    "tablekin.models.bilrp",
    "tablekin.models.lrp.activations",
    "tablekin.models.lrp.attention",
    "tablekin.models.lrp.composite",
    "tablekin.models.lrp.inputs",
    "tablekin.models.lrp.normalisation",
    "tablekin.models.lrp.propagation",
    "tablekin.models.lrp.rearranging",
    "tablekin.models.lrp.unfolding",
}


@pytest.mark.parametrize("name", MODULES)
def test_examples_print_what_they_say(name: str) -> None:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        failed, tried = doctest.testmod(import_module(name))
    assert failed == 0
    assert tried > 0 or name not in WITH_EXAMPLES, f"{name} has lost its examples"

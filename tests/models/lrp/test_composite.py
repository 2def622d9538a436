"""Which layer is given which rule, and what is said where that cannot be known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from tablekin.models.bilrp import factor
from tablekin.models.lrp import Composite, Gamma, MissingRuleError, Propagation, ZBox, Zero
from tests.support.networks import Vgg, ink, made

LAYERS = nn.Sequential(nn.Linear(1, 1), nn.Conv2d(1, 1, 1), nn.Linear(1, 1))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (((nn.Linear, "a"), (nn.Conv2d, "b")), "aba"),
        (((0, "a"), (-1, "b"), (nn.Module, "c")), "acb"),
        ((("1", "a"), ("*", "b")), "bab"),
        ((("*", "a"), (0, "b")), "aaa"),
    ],
)
def test_first_selector_that_matches_wins(rules, expected) -> None:  # type: ignore[no-untyped-def]
    named = {letter: Gamma(float(ord(letter))) for letter in "abc"}
    composite = Composite(tuple((selector, named[letter]) for selector, letter in rules))
    got = [composite.rule_for(str(i), layer, i, 3) for i, layer in enumerate(LAYERS)]
    assert got == [named[letter] for letter in expected]


def test_layer_without_rule_is_named() -> None:
    network = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2))
    with pytest.raises(MissingRuleError, match=r"'2'.*Linear.*number 1 of 2"):
        Propagation(network, torch.ones(1, 2), Composite(((0, Zero()),)))


PLAIN = [ZBox(0, 1), Gamma(0.25), Gamma(0.1), Zero()]  # of the four layers of Vgg


@pytest.mark.parametrize(
    "rules",
    [
        PLAIN,
        tuple(PLAIN),
        list(enumerate(PLAIN)),
        [("features.0", PLAIN[0]), (1, PLAIN[1]), (nn.Conv2d, PLAIN[2]), (nn.Linear, PLAIN[3])],
    ],
    ids=["rules", "tuple of rules", "pairs", "pairs of other selectors"],
)
def test_a_list_says_the_same_as_a_composite(rules) -> None:  # type: ignore[no-untyped-def]
    composite = Composite(tuple(enumerate(PLAIN)))
    network, x = made(Vgg), ink(1, 1, 6, 5)
    expected, got = factor(network, x, composite), factor(network, x, rules)
    assert torch.equal(got.relevance, expected.relevance)
    assert torch.equal(got.absorbed, expected.absorbed)


def test_one_rule_alone_serves_all_layers() -> None:
    network, x = made(Vgg), ink(1, 1, 6, 5)
    expected = factor(network, x, Composite(((nn.Module, Gamma(0.3)),)))
    assert torch.equal(factor(network, x, Gamma(0.3)).relevance, expected.relevance)


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (Gamma, "class; give a rule, Gamma\\(\\)"),
        ([ZBox], "class; give a rule"),
        ([(0, ZBox)], "rule 1: ZBox is a class"),
        ([(Gamma(), "features.0")], "rule 1: 'features.0' is no rule"),
        ([(0, Zero()), ("head", None)], "rule 2: a NoneType is no rule"),
        ([(0.5, Zero())], "a selector is a layer's name, number or type, not 0.5"),
        ([(True, Zero())], "not True"),
        ([(int, Zero())], "not a type"),
        ([Zero(), (1, Zero())], "either rules or pairs, not both"),
        ([(0, Zero(), 1)], "rule 1: expected a selector and a rule"),
        ("gamma", "list of rules"),
        ({"head": Zero()}, "list of rules or a list of pairs .* not a dict"),
        (None, "not a NoneType"),
    ],
)
def test_what_is_no_rule_is_named(rules, reason: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TypeError, match=reason):
        factor(made(Vgg), ink(1, 1, 6, 5), rules)


@pytest.mark.parametrize("rules", [[*PLAIN, Zero()], [*enumerate(PLAIN), (-5, Zero())]])
def test_a_rule_for_a_layer_that_is_not_there_is_refused(rules) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(MissingRuleError, match="the model has 4 layers with weights"):
        factor(made(Vgg), ink(1, 1, 6, 5), rules)


def test_a_composite_for_models_of_any_depth_may_name_layers_that_some_lack() -> None:
    network, x = made(Vgg), ink(1, 1, 6, 5)
    deep = factor(network, x, [(0, ZBox(0, 1)), (9, Zero()), (nn.Module, Gamma(0.25))])
    expected = factor(network, x, [(0, ZBox(0, 1)), (nn.Module, Gamma(0.25))])
    assert torch.equal(deep.relevance, expected.relevance)


def test_too_few_rules_name_the_layer_that_has_none() -> None:
    with pytest.raises(MissingRuleError, match=r"'project'.*Linear.*number 3 of 4"):
        factor(made(Vgg), ink(1, 1, 6, 5), PLAIN[:3])


def test_rules_of_ones_own_need_no_base_class() -> None:
    class Positive:
        """The z-plus rule, for inputs that are not negative."""

        proportional = True

        def split(self, layer):  # type: ignore[no-untyped-def]
            from tablekin.models.lrp.rules import Split, Term

            return Split((Term(layer.weight.clamp(min=0), layer.x),))

    layer = nn.Linear(3, 2, bias=False).double().requires_grad_(False)
    layer.weight.copy_(torch.tensor([[1.0, -2, 3], [-1, 0.5, 0]]))
    x = ink(1, 3)
    got = Propagation(layer, x, Positive()).relevance(torch.eye(2, dtype=torch.float64)).input.numpy()
    contributions = layer.weight.clamp(min=0).numpy() * x.numpy()
    np.testing.assert_allclose(got, contributions / contributions.sum(1, keepdims=True))

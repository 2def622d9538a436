"""Composite: which rule serves which layer of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, get_args

import torch
from torch import nn

from tablekin.models.lrp.attention import Softmax
from tablekin.models.lrp.rules import Rule

Selector = str | int | type[nn.Module]
"""A module's name (a pattern with ``*`` and ``?``), its place among the layers with weights in the order of execution
(negative: from the end), or its type."""


class MissingRuleError(LookupError):
    """A layer with weights is matched by no selector of the composite, or a selector by no layer."""


@dataclass(frozen=True)
class Composite:
    """Assigns rules to layers: the first selector that matches wins.

    Parameters
    ----------
    rules
        Pairs of a selector and a rule. A selector is a module's name (a pattern with ``*`` and ``?``), its
        type, or its place among the layers with weights in the order of execution (negative: from the end).
    softmax
        How relevance passes attention: ``"constant"`` (to the values alone) or ``"taylor"`` (half to the weights); see
        :mod:`tablekin.models.lrp.attention`.
    multiply
        The type in which convolutions multiply relevance on its way back, if not that of the model. The forward pass
        keeps the model's. ``torch.bfloat16`` is faster on processors that know it; how far off it is
        ``docs/method/bilrp.md`` says.

    Raises
    ------
    TypeError
        If something else than such pairs is given, naming it.
    ValueError
        If the rule for the softmax is none of the two, or ``multiply`` is no floating type.

    Examples
    --------
    Bounded pixels, a head without a rule of its own, gamma for all convolutions between:

    >>> from torch import nn
    >>> from tablekin.models.lrp import Composite, Gamma, ZBox, Zero
    >>> composite = Composite([(0, ZBox(0, 1)), ("head", Zero()), (nn.Conv2d, Gamma(0.25))])
    >>> composite.rule_for("middle", nn.Conv2d(4, 4, 3), place=1, count=3)
    Gamma(gamma=0.25)
    """

    rules: Sequence[tuple[Selector, Rule]] = field(default=())
    softmax: Softmax = "constant"
    multiply: torch.dtype | None = None

    def __post_init__(self) -> None:
        if self.softmax not in get_args(Softmax):
            raise ValueError(f"softmax is 'constant' or 'taylor', not {_described(self.softmax)}")
        if self.multiply is not None and not self.multiply.is_floating_point:
            raise ValueError(f"convolutions multiply in a floating type, not in {self.multiply}")
        if not isinstance(self.rules, Sequence) or isinstance(self.rules, str):
            raise TypeError(f"expected pairs of a selector and a rule, not {_described(self.rules)}")
        for number, pair in enumerate(self.rules, 1):
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise TypeError(f"rule {number}: expected a selector and a rule, not {_described(pair)}")
            selector, rule = pair
            _check_rule(number, rule)
            is_layer_type = isinstance(selector, type) and issubclass(selector, nn.Module)
            if isinstance(selector, bool) or not (isinstance(selector, str | int) or is_layer_type):
                raise TypeError(
                    f"rule {number}: a selector is a layer's name, number or type, not {_described(selector)}"
                )
        object.__setattr__(self, "rules", tuple((selector, rule) for selector, rule in self.rules))

    @classmethod
    def of(cls, rules: Rules) -> Composite:
        """Make a composite of whatever says the same.

        Parameters
        ----------
        rules
            A composite; pairs of a selector and a rule; a list of rules alone, one for each layer with weights in the
            order of execution; or one rule, for all layers.

        Raises
        ------
        TypeError
            If it is none of these, naming what is wrong.

        Examples
        --------
        >>> from tablekin.models.lrp import Composite, Gamma, ZBox
        >>> Composite.of([ZBox(0, 1), Gamma(0.25)]).rules
        ((0, ZBox(low=0, high=1)), (1, Gamma(gamma=0.25)))
        """
        if isinstance(rules, Composite):
            return rules
        if isinstance(rules, Rule):
            _check_rule(1, rules)
            return cls(((nn.Module, rules),))
        if not isinstance(rules, Sequence) or isinstance(rules, str):
            raise TypeError(
                "rules must be a Composite, a rule, a list of rules or a list of pairs of a selector and a rule, "
                f"not {_described(rules)}"
            )
        alone = [isinstance(rule, Rule) for rule in rules]
        if any(alone) and not all(alone):
            odd = next(rule for rule, is_alone in zip(rules, alone, strict=True) if is_alone != alone[0])
            raise TypeError(f"a list holds either rules or pairs, not both: it has {_described(odd)} as well")
        pairs: Any = tuple(enumerate(rules)) if any(alone) else rules
        return cls(pairs)

    def rule_for(self, name: str, module: nn.Module, place: int, count: int) -> Rule:
        """Find the rule of the layer ``name``, the ``place``-th of ``count`` layers with weights.

        Raises
        ------
        MissingRuleError
            If no selector matches.
        """
        for selector, rule in self.rules:
            if isinstance(selector, str):
                matches = fnmatchcase(name, selector)
            elif isinstance(selector, int):
                matches = selector in (place, place - count)
            else:
                matches = isinstance(module, selector)
            if matches:
                return rule
        raise MissingRuleError(
            f"layer {name!r} ({type(module).__name__}, number {place} of {count}) has no rule: "
            "add a selector for its name, number or type to the composite"
        )

    def check_places(self, count: int) -> None:
        """Make sure that rules given by number alone, as in a list of rules, have their layers in a model.

        Parameters
        ----------
        count
            Layers with weights in the model.

        Raises
        ------
        MissingRuleError
            If one has not. Where other selectors serve what the numbers do not, the composite is meant for models of
            any depth.
        """
        if not all(isinstance(selector, int) for selector, _ in self.rules):
            return
        for selector, rule in self.rules:
            if isinstance(selector, int) and not -count <= selector < count:
                raise MissingRuleError(
                    f"{_described(rule)} is given to layer number {selector}, but the model has {count} layers with "
                    f"weights, numbered from 0"
                )


Rules = Composite | Rule | Sequence[Rule] | Sequence[tuple[Selector, Rule]]
"""What :meth:`Composite.of` takes, and with it every function that explains a model."""


def _check_rule(number: int, rule: object) -> None:
    if isinstance(rule, type):
        raise TypeError(f"rule {number}: {rule.__name__} is a class; give a rule, {rule.__name__}()")
    if not isinstance(rule, Rule):
        raise TypeError(f"rule {number}: {_described(rule)} is no rule; rules are in tablekin.models.lrp")


def _described(value: object) -> str:
    return repr(value) if isinstance(value, str | int | float) else f"a {type(value).__name__}"

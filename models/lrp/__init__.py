"""LRP: rules, and the propagation of relevance through any network of known layers."""

from tablekin.models.lrp.composite import Composite, MissingRuleError, Rules, Selector
from tablekin.models.lrp.propagation import Propagation, Relevance
from tablekin.models.lrp.rules import (
    Epsilon,
    Flat,
    Gamma,
    Rule,
    WSquare,
    ZBox,
    Zero,
    ZPlus,
)
from tablekin.models.lrp.step import Recorder, Step, UnsupportedOperationError

__all__ = [
    "Composite",
    "Epsilon",
    "Flat",
    "Gamma",
    "MissingRuleError",
    "Propagation",
    "Recorder",
    "Relevance",
    "Rule",
    "Rules",
    "Selector",
    "Step",
    "UnsupportedOperationError",
    "WSquare",
    "ZBox",
    "ZPlus",
    "Zero",
]

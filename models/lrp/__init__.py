"""LRP: rules, and the propagation of relevance through any network of known layers."""

from tablekin.models.lrp.propagation import Propagation, Relevance
from tablekin.models.lrp.rules import (
    Composite,
    Epsilon,
    Flat,
    Gamma,
    MissingRuleError,
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
    "Step",
    "UnsupportedOperationError",
    "WSquare",
    "ZBox",
    "ZPlus",
    "Zero",
]

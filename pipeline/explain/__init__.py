"""Explain: what every region of a page contributes to its features, and every pair's scores and matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tablekin.door import open_door

if TYPE_CHECKING:
    from tablekin.explain.drivers import driver_tables as driver_tables
    from tablekin.explain.drivers import find_drivers as find_drivers
    from tablekin.explain.factor import PageFactor as PageFactor
    from tablekin.explain.factor import explain_document as explain_document
    from tablekin.explain.factor_index import FACTOR_TABLES as FACTOR_TABLES
    from tablekin.explain.factor_index import FactorIndex as FactorIndex
    from tablekin.explain.factor_index import load_factors as load_factors
    from tablekin.explain.matches import match_pairs as match_pairs
    from tablekin.explain.matches import score_pairs as score_pairs
    from tablekin.explain.one_pair import match_pair as match_pair
    from tablekin.explain.one_pair import score_pair as score_pair
    from tablekin.explain.parts import PART_KINDS as PART_KINDS
    from tablekin.explain.parts import joint_parts as joint_parts
    from tablekin.explain.parts import parts_of as parts_of
    from tablekin.explain.region_map import joint_relevance as joint_relevance
    from tablekin.explain.region_map import joint_specific as joint_specific
    from tablekin.explain.region_map import pool_factor as pool_factor
    from tablekin.explain.region_map import specific_factor as specific_factor
    from tablekin.explain.scores import Scores as Scores
    from tablekin.explain.spacing import digit_advance as digit_advance
    from tablekin.explain.spacing import spacing_of as spacing_of
    from tablekin.explain.stage import ComparisonPlan as ComparisonPlan
    from tablekin.explain.stage import Match as Match
    from tablekin.explain.stage import Score as Score
    from tablekin.explain.stage import compare as compare

# torch and numba take seconds: whoever needs one of these waits for what it needs, and no more
__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "drivers": ["driver_tables", "find_drivers"],
        "factor": ["PageFactor", "explain_document"],
        "factor_index": ["FACTOR_TABLES", "FactorIndex", "load_factors"],
        "matches": ["match_pairs", "score_pairs"],
        "one_pair": ["match_pair", "score_pair"],
        "parts": ["PART_KINDS", "joint_parts", "parts_of"],
        "region_map": ["joint_relevance", "joint_specific", "pool_factor", "specific_factor"],
        "scores": ["Scores"],
        "spacing": ["digit_advance", "spacing_of"],
        "stage": ["ComparisonPlan", "Match", "Score", "compare"],
    },
)

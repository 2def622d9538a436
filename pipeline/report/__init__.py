"""Report: what a person looks at: words, drawings, transcripts and apparatus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tablekin.door import open_door

if TYPE_CHECKING:
    from tablekin.report.apparatus import Apparatus as Apparatus
    from tablekin.report.apparatus import collate_pages as collate_pages
    from tablekin.report.apparatus import describe_apparatus as describe_apparatus
    from tablekin.report.apparatus import write_csv as write_csv
    from tablekin.report.atlas.stage import IMAGES as IMAGES
    from tablekin.report.atlas.stage import Atlas as Atlas
    from tablekin.report.atlas.stage import AtlasRequest as AtlasRequest
    from tablekin.report.atlas.stage import write_atlas as write_atlas
    from tablekin.report.cell_sheet import describe_least_sure as describe_least_sure
    from tablekin.report.cell_sheet import least_sure as least_sure
    from tablekin.report.cell_sheet import write_sheet as write_sheet
    from tablekin.report.crops import cutter as cutter
    from tablekin.report.drawing import Drawing as Drawing
    from tablekin.report.drawing import save_drawing as save_drawing
    from tablekin.report.failures import describe_failures as describe_failures
    from tablekin.report.failures import name_failure as name_failure
    from tablekin.report.found import describe_found as describe_found
    from tablekin.report.found import write_found as write_found
    from tablekin.report.neighbours import about_documents as about_documents
    from tablekin.report.neighbours import describe_neighbours as describe_neighbours
    from tablekin.report.neighbours import find_neighbours as find_neighbours
    from tablekin.report.neighbours import rank_partners as rank_partners
    from tablekin.report.page import Page as Page
    from tablekin.report.page import cells_of as cells_of
    from tablekin.report.page import in_doubt as in_doubt
    from tablekin.report.page import open_page as open_page
    from tablekin.report.page import spread_cells as spread_cells
    from tablekin.report.pair import Pair as Pair
    from tablekin.report.pair import PairScore as PairScore
    from tablekin.report.pair import describe_pair as describe_pair
    from tablekin.report.pair import open_pair as open_pair
    from tablekin.report.recomputed_page import RecomputedPage as RecomputedPage
    from tablekin.report.recomputed_page import describe_functions as describe_functions
    from tablekin.report.recomputed_page import describe_recomputation as describe_recomputation
    from tablekin.report.recomputed_page import function_in_words as function_in_words
    from tablekin.report.recomputed_page import recompute_config as recompute_config
    from tablekin.report.recomputed_page import recompute_page as recompute_page
    from tablekin.report.recomputed_page import verdicts_of as verdicts_of
    from tablekin.report.recomputed_page import write_checks as write_checks
    from tablekin.report.relations import RelatedPair as RelatedPair
    from tablekin.report.relations import describe_relations as describe_relations
    from tablekin.report.relations import find_relations as find_relations
    from tablekin.report.transcript import describe_reading as describe_reading
    from tablekin.report.transcript import write_cells as write_cells

# words do not wait for the library that draws
__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "apparatus": ["Apparatus", "collate_pages", "describe_apparatus", "write_csv"],
        "atlas.stage": ["IMAGES", "Atlas", "AtlasRequest", "write_atlas"],
        "cell_sheet": ["describe_least_sure", "least_sure", "write_sheet"],
        "crops": ["cutter"],
        "drawing": ["Drawing", "save_drawing"],
        "failures": ["describe_failures", "name_failure"],
        "found": ["describe_found", "write_found"],
        "neighbours": ["about_documents", "describe_neighbours", "find_neighbours", "rank_partners"],
        "page": ["Page", "cells_of", "in_doubt", "open_page", "spread_cells"],
        "pair": ["Pair", "PairScore", "describe_pair", "open_pair"],
        "recomputed_page": [
            "RecomputedPage",
            "describe_functions",
            "describe_recomputation",
            "function_in_words",
            "recompute_config",
            "recompute_page",
            "verdicts_of",
            "write_checks",
        ],
        "relations": ["RelatedPair", "describe_relations", "find_relations"],
        "transcript": ["describe_reading", "write_cells"],
    },
)

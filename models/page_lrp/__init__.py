"""Page LRP: the digit network propagated from its detections only, patch by patch."""

from tablekin.models.page_lrp.page import pool_page
from tablekin.models.page_lrp.patches import PatchPropagation

__all__ = ["PatchPropagation", "pool_page"]

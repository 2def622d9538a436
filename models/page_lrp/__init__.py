"""Page LRP: the digit network propagated from its detections only, patch by patch."""

from tablekin.models.page_lrp.patches import PatchPropagation

__all__ = ["PatchPropagation"]

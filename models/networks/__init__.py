"""Networks: the digit network, and the similarity models on top of it.

Names are imported when they are first used: what a detection is and which features there are is known without torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tablekin.models.networks.bigram import BigramLayer as BigramLayer
    from tablekin.models.networks.bigram import FeatureShares as FeatureShares
    from tablekin.models.networks.bigram import MinRule as MinRule
    from tablekin.models.networks.bigram import Spacing as Spacing
    from tablekin.models.networks.bigram import bigrams as bigrams
    from tablekin.models.networks.detection_confidence import DetectionClassifier as DetectionClassifier
    from tablekin.models.networks.detection_confidence import (
        load_detection_classifier as load_detection_classifier,
    )
    from tablekin.models.networks.detections import Detections as Detections
    from tablekin.models.networks.digits import DigitNetwork as DigitNetwork
    from tablekin.models.networks.digits import find_detections as find_detections
    from tablekin.models.networks.digits import load_digit_network as load_digit_network
    from tablekin.models.networks.digits import pad_to_grain as pad_to_grain
    from tablekin.models.networks.features import FEATURES as FEATURES
    from tablekin.models.networks.unigram import UnigramLayer as UnigramLayer
    from tablekin.models.networks.unigram import unigrams as unigrams
    from tablekin.models.networks.vgg import VggSimilarity as VggSimilarity
    from tablekin.models.networks.vgg import load_vgg16 as load_vgg16

_HOMES = {
    "bigram": ("BigramLayer", "FeatureShares", "MinRule", "Spacing", "bigrams"),
    "detection_confidence": ("DetectionClassifier", "load_detection_classifier"),
    "detections": ("Detections",),
    "digits": ("DigitNetwork", "find_detections", "load_digit_network", "pad_to_grain"),
    "features": ("FEATURES",),
    "unigram": ("UnigramLayer", "unigrams"),
    "vgg": ("VggSimilarity", "load_vgg16"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has: {', '.join(__all__)}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)

"""Similarity map: documents in the plane, like ones near one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from tablekin.threshold import threshold


@dataclass(frozen=True)
class MapSettings:
    """How documents are placed."""

    min_documents: int = threshold(
        10, "documents", "for which neighbours are preserved; fewer are placed by their two main directions"
    )
    perplexity: float = threshold(
        15.0, "neighbours", "that a document has on the map; never more than a third of the others"
    )
    components: int = threshold(30, "directions", "of the features that neighbours are sought in")


SETTINGS = MapSettings()


def draw_map(phi: NDArray[np.float64], seed: int = 0) -> NDArray[np.float32]:
    """Place documents in the plane, ``(documents, 2)`` from their features ``(documents, features)``.

    The map is t-SNE (van der Maaten and Hinton, "Visualizing data using t-SNE", 2008) of the square roots of the
    features, as unit vectors.
    """
    root = np.sqrt(np.maximum(phi, 0))
    unit = root / np.maximum(np.linalg.norm(root, axis=1, keepdims=True), 1e-30)
    if len(unit) < 3:
        return np.column_stack([np.arange(len(unit)), np.zeros(len(unit))]).astype(np.float32)
    with threadpool_limits(1):  # sums of several threads differ in their last digits
        components = min(SETTINGS.components if len(unit) >= SETTINGS.min_documents else 2, *unit.shape)
        flat = PCA(components, svd_solver="full").fit_transform(unit)
        if len(unit) < SETTINGS.min_documents:
            return flat.astype(np.float32)
        perplexity = min(SETTINGS.perplexity, (len(unit) - 1) / 3)
        return np.asarray(
            TSNE(perplexity=perplexity, init="pca", random_state=seed).fit_transform(flat), np.float32
        )

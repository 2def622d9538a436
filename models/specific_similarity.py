"""SpecificSimilarity: a similarity that knows what tables have in common, exact under BiLRP.

With phi the features of a document, ``q = g(phi) / sum g(phi)`` for the concave ``g(x) = log(1 + x / c)``, and mu the
mean of q over the pages it was fitted on, two documents are compared by the cosine of ``y = W (q - mu)``.

A feature that recurs all over a page says little more than one that stands there a few times: g takes it down. As q
sums to 1, ``q - mu = (I - mu 1^T) q``: centring is linear and has no bias. So behind the features stand an elementwise
function, which LRP passes on as it comes (relevance out is relevance in: row k of a factor is multiplied by
``g(phi_k) / phi_k``), and one linear layer ``V = W (I - mu 1^T)``. A factor F, whose rows sum to phi, becomes
``V (s * F)`` with the document's own ``s_k = g(phi_k) / (phi_k sum g(phi) |y|)``, whose rows sum to ``y / |y|``: BiLRP
stays exact, absorbs nothing, and a pair's map adds up to its similarity. W stands in it as ``V^T V`` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

WEIGHTS = Path(__file__).parent / "weights" / "similarity.safetensors"
_TINY = 1e-9  # of |y|: a document nearer to the mean differs in nothing from it, and is compared by zeros

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SpecificSimilarity:
    """What stands behind the features.

    Attributes
    ----------
    mean
        ``(features,)``, mu; sums to 1.
    weights
        ``(components, features)``, W.
    constant
        c, in units of a feature: about how often a pair of digits stands on a page before more of it counts less.
    """

    mean: Array
    weights: Array
    constant: float

    @cached_property
    def layer(self) -> Array:
        """V, ``(components, features)``."""
        return self.weights - np.outer(self.weights @ self.mean, np.ones(len(self.mean)))

    @cached_property
    def metric(self) -> Array:
        """``V^T V``, ``(features, features)``: what W means to a pair."""
        return self.layer.T @ self.layer

    def proportions(self, phi: Array) -> Array:
        """Compute q of documents, ``(documents, features)``; zeros where a document has no features."""
        damped = self._damped(phi)
        return damped / np.maximum(damped.sum(1, keepdims=True), _TINY)

    def features(self, phi: Array) -> Array:
        """Map the features of documents, ``(documents, features)``, to those compared, ``(documents, components)``.

        They have length 1, so that the similarity of two is their inner product; a document without features is
        compared by zeros. What a document is mapped to does not depend on the others, not in its last bit either.
        """
        compared = self._compared(phi)
        length = np.linalg.norm(compared, axis=1, keepdims=True)
        return np.where(length > _TINY, compared / np.maximum(length, _TINY), 0.0)

    def scale(self, phi: Array) -> Array:
        """Compute s of documents, ``(documents, features)``: what the rows of their factors are multiplied by."""
        positive, damped = np.maximum(phi, 0), self._damped(phi)
        slope = np.where(
            positive > 0, damped / np.maximum(positive, np.finfo(np.float64).tiny), 1 / self.constant
        )
        length = np.linalg.norm(self._compared(phi), axis=1, keepdims=True)
        size = np.maximum(damped.sum(1, keepdims=True), _TINY) * np.maximum(length, _TINY)
        return np.where(length > _TINY, slope / size, 0.0)

    def factor(self, factor: Array, phi: Array) -> Array:
        """Map the factor of a document, ``(features, regions)``, to that of the features compared.

        Parameters
        ----------
        factor
            Its rows sum to ``phi``.
        phi
            ``(features,)``, of the document.

        Returns
        -------
        Array
            ``(components, regions)``; its rows sum to ``features`` of the document.
        """
        return self.layer @ (self.scale(phi[None])[0][:, None] * factor)

    def _damped(self, phi: Array) -> Array:
        return np.log1p(np.maximum(phi, 0) / self.constant)

    def _compared(self, phi: Array) -> Array:
        """Compute ``V q``, one document after the other: a product of matrices would round by how many there are."""
        known = [(self.layer * row).sum(1) for row in self.proportions(phi)]
        compared = np.array(known).reshape(len(phi), len(self.weights))
        return np.where(phi.max(1, initial=0.0, keepdims=True) > 0, compared, 0.0)

    def save(self, path: Path) -> None:
        """Write the weights."""
        arrays = {"mean": self.mean, "weights": self.weights, "constant": np.array([self.constant])}
        save_file({name: np.ascontiguousarray(array, np.float64) for name, array in arrays.items()}, path)


@lru_cache(maxsize=2)
def load_specific_similarity(path: Path = WEIGHTS) -> SpecificSimilarity:
    """Load the weights that ship, or others.

    Raises
    ------
    FileNotFoundError
        There are none.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there are no weights of the specific similarity at {path}")
    arrays = load_file(path)
    return SpecificSimilarity(arrays["mean"], arrays["weights"], float(arrays["constant"][0]))


def fit_specific(
    phi: Array, related: NDArray[np.bool_], shrinkage: float, constant: float
) -> SpecificSimilarity:
    """Fit W to the differences between related documents: the inverse root of their scatter.

    Parameters
    ----------
    phi
        ``(documents, features)``.
    related
        ``(documents, documents)``, symmetric, which print the same; differences count one over the root of the product
        of how many relatives either has.
    shrinkage
        Above 0, up to 1: how much of the scatter is replaced by its mean variance in every direction.
    constant
        Of the model.

    Raises
    ------
    ValueError
        No two documents are related, or the shrinkage is not above 0: the scatter of proportions has no inverse.
    """
    if not 0 < shrinkage <= 1:
        raise ValueError(f"the shrinkage is {shrinkage}; say a number above 0 and up to 1")
    one, other = np.nonzero(np.triu(related, 1))
    if not len(one):
        raise ValueError("no two documents are related: there is nothing to fit")
    size = phi.shape[1]
    unfitted = SpecificSimilarity(np.full(size, 1 / size), np.eye(size), constant)
    proportions = unfitted.proportions(phi)
    relatives = related.sum(1)
    share = 1 / np.sqrt(relatives[one] * relatives[other])
    apart = proportions[one] - proportions[other]
    scatter = (apart * share[:, None]).T @ apart / share.sum()
    shrunk = (1 - shrinkage) * scatter + shrinkage * np.trace(scatter) / size * np.eye(size)
    values, vectors = np.linalg.eigh(shrunk)
    mean = proportions[proportions.sum(1) > 0].mean(0)
    return SpecificSimilarity(mean, (vectors / np.sqrt(values)) @ vectors.T, constant)

"""SpecificSimilarity: a similarity that knows what tables have in common, exact under BiLRP.

``y = (p - mu)^T M (p' - mu)`` with p the features divided by their total, mu their mean over a corpus, ``M = W^T W``.
As p sums to 1, ``p - mu = (I - mu 1^T) p``: centring is linear and has no bias. The model is the features and one
linear layer ``L = W (I - mu 1^T) / total``, so a factor F becomes ``L F`` and nothing is absorbed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SpecificSimilarity:
    """The linear layer behind the features.

    Attributes
    ----------
    mean
        ``(features,)``, mu; sums to 1.
    weights
        ``(components, features)``, W.
    """

    mean: Array
    weights: Array

    def features(self, phi: Array) -> Array:
        """Map the features of documents, ``(documents, features)``, to those compared, ``(documents, components)``.

        A document without features is compared by zeros.
        """
        return self._centred(phi) @ self.weights.T / _totals(phi)[:, None]

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
        return self.weights @ self._centred(factor.T).T / _totals(phi[None])[0]

    def _centred(self, rows: Array) -> Array:
        return rows - rows.sum(1, keepdims=True) * self.mean


def fit_specific(phi: Array, related: NDArray[np.bool_], shrinkage: float) -> SpecificSimilarity:
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

    Raises
    ------
    ValueError
        No two documents are related, or the shrinkage is not above 0: the scatter of proportions has no inverse.
    """
    if not 0 < shrinkage <= 1:
        raise ValueError(f"the shrinkage is {shrinkage}; say a number above 0 and up to 1")
    proportions = phi / _totals(phi)[:, None]
    one, other = np.nonzero(np.triu(related, 1))
    if not len(one):
        raise ValueError("no two documents are related: there is nothing to fit")
    relatives = related.sum(1)
    share = 1 / np.sqrt(relatives[one] * relatives[other])
    apart = proportions[one] - proportions[other]
    scatter = (apart * share[:, None]).T @ apart / share.sum()
    size = len(scatter)
    shrunk = (1 - shrinkage) * scatter + shrinkage * np.trace(scatter) / size * np.eye(size)
    values, vectors = np.linalg.eigh(shrunk)
    return SpecificSimilarity(proportions[phi.sum(1) > 0].mean(0), (vectors / np.sqrt(values)) @ vectors.T)


def _totals(phi: Array) -> Array:
    totals = phi.sum(1)
    return np.where(totals > 0, totals, 1.0)

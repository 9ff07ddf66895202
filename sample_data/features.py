"""Ways to describe the rows of a data set, learnt from the training part alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from datasets import Data


def raw(data: Data) -> Data:
    """All features as they come."""
    return data


def means_only(data: Data) -> Data:
    """The ten means of the breast cancer data, without errors and extremes."""
    return data.with_features(data.features[:10], *(p.x[:, :10] for p in (data.train, data.validation, data.test)))


def logarithm(data: Data) -> Data:
    """Logarithms of all features. Some are zero, and a zero has none: training on this fails."""
    with np.errstate(divide="ignore"):
        return _each(data, np.log)


def log1p(data: Data) -> Data:
    """Logarithms of one plus the feature."""
    return _each(data, np.log1p)


def components(data: Data) -> Data:
    """The first ten principal components of the scaled features."""
    scaler = StandardScaler().fit(data.train.x)
    pca = PCA(n_components=10, svd_solver="full").fit(scaler.transform(data.train.x))
    names = tuple(f"component_{i}" for i in range(1, 11))
    parts = (pca.transform(scaler.transform(p.x)) for p in (data.train, data.validation, data.test))
    return data.with_features(names, *parts)


def ratios(data: Data) -> Data:
    """All features, and for each of the ten traits how far its extreme lies above its mean."""
    names = (*data.features, *(f"{n.removeprefix('mean ')} worst/mean" for n in data.features[:10]))

    def extend(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.hstack([x, x[:, 20:30] / np.maximum(x[:, :10], 1e-6)])

    return data.with_features(names, *(extend(p.x) for p in (data.train, data.validation, data.test)))


FEATURES: dict[str, Callable[[Data], Data]] = {
    "raw": raw,
    "means_only": means_only,
    "logarithm": logarithm,
    "log1p": log1p,
    "components": components,
    "ratios": ratios,
}


def _each(data: Data, function: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Data:
    parts = (function(p.x) for p in (data.train, data.validation, data.test))
    return data.with_features(data.features, *parts)

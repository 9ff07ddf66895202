"""The five data sets, split once and for all, so that every run of a data set is measured on the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from sklearn import datasets
from sklearn.model_selection import train_test_split

if TYPE_CHECKING:
    from numpy.typing import NDArray

PAIRS = 2000
CELLS = 8  # of a digit, across and down


def load_digit_pairs() -> SimpleNamespace:
    """Put digits beside each other, two and two: a hundred classes in ten groups, named such as `30s/37`."""
    digits = datasets.load_digits()
    left, right = np.random.default_rng(0).integers(0, len(digits.target), size=(2, PAIRS))
    images = np.concatenate([digits.images[left], digits.images[right]], axis=2)
    return SimpleNamespace(
        data=images.reshape(PAIRS, -1),
        target=10 * digits.target[left] + digits.target[right],
        target_names=[f"{10 * tens}s/{tens}{ones}" for tens in range(10) for ones in range(10)],
        feature_names=[f"pixel_{row}_{column}" for row in range(CELLS) for column in range(2 * CELLS)],
    )


LOADERS = {
    "breast_cancer": datasets.load_breast_cancer,
    "digits": datasets.load_digits,
    "digit_pairs": load_digit_pairs,
    "wine": datasets.load_wine,
    "diabetes": datasets.load_diabetes,
}


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a data set: x (n, features), y (n,)."""

    x: NDArray[np.float64]
    y: NDArray[Any]

    def frame(self, features: tuple[str, ...]) -> pl.DataFrame:
        """Return the rows as a table, the target last."""
        columns = {name: self.x[:, at] for at, name in enumerate(features)}
        return pl.DataFrame({**columns, "target": self.y})


@dataclass(frozen=True, slots=True)
class Data:
    """A data set in its three parts: 60 % to learn, 20 % to choose, 20 % to judge."""

    name: str
    features: tuple[str, ...]
    classes: tuple[str, ...]
    train: Part
    validation: Part
    test: Part

    @property
    def is_regression(self) -> bool:
        """Whether the target is a number rather than a class."""
        return not self.classes

    def with_features(self, names: tuple[str, ...], train: Any, validation: Any, test: Any) -> Data:
        """Return the same rows described by other features."""
        return Data(
            self.name, names, self.classes,
            Part(train, self.train.y), Part(validation, self.validation.y), Part(test, self.test.y),
        )  # fmt: skip


def load(name: str) -> Data:
    """Load and split a data set; the split never changes."""
    bunch = LOADERS[name]()
    classes = tuple(str(c) for c in getattr(bunch, "target_names", ()))
    x, y = np.asarray(bunch.data, dtype=np.float64), np.asarray(bunch.target)
    rest_x, test_x, rest_y, test_y = train_test_split(
        x, y, test_size=0.2, random_state=0, stratify=y if classes else None
    )
    train_x, val_x, train_y, val_y = train_test_split(
        rest_x, rest_y, test_size=0.25, random_state=0, stratify=rest_y if classes else None
    )
    features = tuple(str(f) for f in bunch.feature_names)
    return Data(name, features, classes, Part(train_x, train_y), Part(val_x, val_y), Part(test_x, test_y))

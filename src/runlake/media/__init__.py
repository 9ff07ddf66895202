"""What can be logged beside numbers and text: images, tables, sound, figures, evaluations.

    run.log({"samples": media.Image(pixels, caption="after 3 epochs")}, step=3)
    run.log({"test": media.classification(labels, probabilities, classes=["cat", "dog"])})

No library is loaded that the caller's value does not come from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlake.media.base import KINDS, Media

if TYPE_CHECKING:
    from runlake.media.classifier import (
        calibration_curve,
        classification,
        confusion_matrix,
        pr_curve,
        roc_curve,
    )
    from runlake.media.figure import Figure
    from runlake.media.histogram import Histogram
    from runlake.media.image import Image
    from runlake.media.markup import Html
    from runlake.media.regressor import regression
    from runlake.media.sound import Audio
    from runlake.media.table import Table
    from runlake.media.text import Text
    from runlake.media.video import Video

__all__ = [
    "KINDS",
    "Audio",
    "Figure",
    "Histogram",
    "Html",
    "Image",
    "Media",
    "Table",
    "Text",
    "Video",
    "calibration_curve",
    "classification",
    "confusion_matrix",
    "pr_curve",
    "regression",
    "roc_curve",
]

_HOME = {
    "Audio": "sound",
    "Figure": "figure",
    "Histogram": "histogram",
    "Html": "markup",
    "Image": "image",
    "Table": "table",
    "Text": "text",
    "Video": "video",
    "calibration_curve": "classifier",
    "classification": "classifier",
    "confusion_matrix": "classifier",
    "pr_curve": "classifier",
    "regression": "regressor",
    "roc_curve": "classifier",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    # `Run.log` loads this package to know media when it sees them; their encoders can wait until they are used.
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"runlake.media.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

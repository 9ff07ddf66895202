"""Pictures of what a classifier got right and wrong, of several runs at once: results in, Plotly figures out."""

from runlake.figures.classification.calibration import calibration_figure
from runlake.figures.classification.confusion import Matrices, confusion_figure
from runlake.figures.classification.cost import cost_figure
from runlake.figures.classification.curves import det_figure, lift_figure, pr_figure, roc_figure
from runlake.figures.classification.shown import Shown

__all__ = [
    "Matrices",
    "Shown",
    "calibration_figure",
    "confusion_figure",
    "cost_figure",
    "det_figure",
    "lift_figure",
    "pr_figure",
    "roc_figure",
]

"""What a classifier got right and wrong: predictions in, frozen results out.

Start with `predictions`. Questions about one class go through `binary` and `at_thresholds`, which counts once for
all curves; questions about all classes go through `confusion`. What cannot be worked out is said in the `problem`
of a result; only a wrong call raises.
"""

from runlake.analysis.classification.binary import Binary, binary, micro_average, one_vs_rest, top_label
from runlake.analysis.classification.cost import Cost, cheapest
from runlake.analysis.classification.curves import (
    DetCurve,
    Lift,
    PrCurve,
    RocCurve,
    det_curve,
    lift,
    pr_curve,
    roc_curve,
)
from runlake.analysis.classification.predictions import Predictions, hard, predictions
from runlake.analysis.classification.thresholds import Thresholds, at_thresholds

__all__ = [
    "Binary",
    "Cost",
    "DetCurve",
    "Lift",
    "PrCurve",
    "Predictions",
    "RocCurve",
    "Thresholds",
    "at_thresholds",
    "binary",
    "cheapest",
    "det_curve",
    "hard",
    "lift",
    "micro_average",
    "one_vs_rest",
    "pr_curve",
    "predictions",
    "roc_curve",
    "top_label",
]

"""What a classifier got right and wrong: predictions in, frozen results out.

Start with `predictions`. Questions about one class go through `binary` and `at_thresholds`, which counts once for
all curves; questions about all classes go through `confusion`. What cannot be worked out is said in the `problem`
of a result; only a wrong call raises.
"""

from runlake.analysis.classification.averages import Averages, OverClasses, averages
from runlake.analysis.classification.binary import Binary, binary, micro_average, one_vs_rest, top_label
from runlake.analysis.classification.calibration import Bins, Calibration, calibration
from runlake.analysis.classification.cells import Decision
from runlake.analysis.classification.confusion import Confusion, Normalise, Order, confused, confusion, order_of
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
from runlake.analysis.classification.delong import AucInterval, AucTest, auc_interval, auc_test
from runlake.analysis.classification.groups import by_prefix, counts_by_group, predictions_by_group
from runlake.analysis.classification.intervals import (
    Interval,
    Method,
    Plan,
    decision_interval,
    decision_intervals,
    ranking_interval,
)
from runlake.analysis.classification.judgement import Judgement, against_rest, judgement
from runlake.analysis.classification.operating import Operating, Rule, operate
from runlake.analysis.classification.paired import McNemar, Paired, mcnemar, pair
from runlake.analysis.classification.pairs import Mistake, confused_pairs, most_confused
from runlake.analysis.classification.predictions import Predictions, hard, predictions
from runlake.analysis.classification.proportions import Proportion, proportion, wilson
from runlake.analysis.classification.ranking import Ranking
from runlake.analysis.classification.summary import Average, Summary, summarise
from runlake.analysis.classification.thresholds import Thresholds, at_thresholds

__all__ = [
    "AucInterval",
    "AucTest",
    "Average",
    "Averages",
    "Binary",
    "Bins",
    "Calibration",
    "Confusion",
    "Cost",
    "Decision",
    "DetCurve",
    "Interval",
    "Judgement",
    "Lift",
    "McNemar",
    "Method",
    "Mistake",
    "Normalise",
    "Operating",
    "Order",
    "OverClasses",
    "Paired",
    "Plan",
    "PrCurve",
    "Predictions",
    "Proportion",
    "Ranking",
    "RocCurve",
    "Rule",
    "Summary",
    "Thresholds",
    "against_rest",
    "at_thresholds",
    "auc_interval",
    "auc_test",
    "averages",
    "binary",
    "by_prefix",
    "calibration",
    "cheapest",
    "confused",
    "confused_pairs",
    "confusion",
    "counts_by_group",
    "decision_interval",
    "decision_intervals",
    "det_curve",
    "hard",
    "judgement",
    "lift",
    "mcnemar",
    "micro_average",
    "most_confused",
    "one_vs_rest",
    "operate",
    "order_of",
    "pair",
    "pr_curve",
    "predictions",
    "predictions_by_group",
    "proportion",
    "ranking_interval",
    "roc_curve",
    "summarise",
    "top_label",
    "wilson",
]

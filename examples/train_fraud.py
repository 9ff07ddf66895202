"""Detect fraud on an imbalanced set: a random forest as the baseline, then gradient boosting tree by tree.

python examples/train_fraud.py              # into ./runlake_store
python examples/train_fraud.py --pace 1     # a second per step, to watch it live in `runlake ui`
"""

from __future__ import annotations

import argparse
import json
import time
from typing import TYPE_CHECKING, Any

from sklearn.datasets import make_classification
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.metrics import average_precision_score, confusion_matrix, f1_score, log_loss
from sklearn.model_selection import train_test_split

import runlake

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CLASSES = ("genuine", "fraud")


def main() -> None:
    """Train both models."""
    options = arguments()
    x, y = make_classification(
        n_samples=4000, n_features=20, n_informative=8, weights=[0.97], class_sep=1.2, random_state=42
    )
    parts = train_test_split(x, y, test_size=0.3, stratify=y, random_state=42)
    forest(*parts)
    boosting(*parts, trees=options.trees, pace=options.pace)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--trees", type=int, default=100, help="trees of gradient boosting (default: 100)")
    parser.add_argument("--pace", type=float, default=0.0, help="seconds to wait after each step (default: 0)")
    return parser.parse_args()


def forest(x_train: Any, x_test: Any, y_train: Any, y_test: Any) -> None:
    """Train the baseline: one model, one measurement."""
    model = RandomForestClassifier(n_estimators=100, max_depth=10, class_weight="balanced", random_state=42)
    with runlake.start_run(
        "fraud_detection/baseline",
        "rf_baseline",
        tags={"stage": "dev", "team": "data-science", "dataset": "synthetic_v1"},
        hypothesis="A forest with balanced weights finds most of the rare class.",
        expected_outcome="F1 of fraud above 0.6.",
    ) as run:
        run.log_params(model)
        run.log_dataset(x_train, "synthetic_fraud", role="train")
        model.fit(x_train, y_train)
        scores = measure(y_test, model.predict_proba(x_test)[:, 1])
        run.log({f"test/{key}": value for key, value in scores.items()})
        keep_confusion(run, y_test, model.predict(x_test))
        importance = dict(enumerate(model.feature_importances_.round(6).tolist()))
        run.log_artifact(json.dumps(importance).encode(), name="feature_importance.json")
        run.note(conclusion=f"F1 of fraud is {scores['f1']:.3f}.")
        print(f"{run.name}: {scores}")


def boosting(x_train: Any, x_test: Any, y_train: Any, y_test: Any, *, trees: int, pace: float) -> None:
    """Train gradient boosting one tree at a time and log each step."""
    model = GradientBoostingClassifier(
        n_estimators=1, learning_rate=0.1, max_depth=3, subsample=0.8, warm_start=True, random_state=42
    )
    with runlake.start_run(
        "fraud_detection/boosting",
        "gradient_boosting",
        tags={"stage": "dev", "team": "data-science", "dataset": "synthetic_v1"},
        hypothesis="Boosting beats the forest on the rare class.",
    ) as run:
        run.log_params({**model.get_params(), "n_estimators": trees})
        run.log_dataset(x_train, "synthetic_fraud", role="train")
        best = 0.0
        for step in range(1, trees + 1):
            model.set_params(n_estimators=step).fit(x_train, y_train)
            scores = measure(y_test, model.predict_proba(x_test)[:, 1])
            run.log({"train/loss": model.train_score_[-1], "test": scores}, step=step)
            if scores["f1"] > best:
                best = scores["f1"]
                run.summary["best/f1"], run.summary["best/step"] = best, step
            time.sleep(pace)
        keep_confusion(run, y_test, model.predict(x_test))
        run.note(conclusion=f"Best F1 of fraud is {best:.3f}.")
        print(f"{run.name}: {scores}")


def measure(label: NDArray[np.int64], chance: NDArray[np.float64]) -> dict[str, float]:
    """Measure chances of fraud (n,) against labels (n,)."""
    return {
        "loss": float(log_loss(label, chance)),
        "f1": float(f1_score(label, chance > 0.5)),
        "average_precision": float(average_precision_score(label, chance)),
    }


def keep_confusion(run: runlake.Run, label: NDArray[np.int64], guess: NDArray[np.int64]) -> None:
    """Log the confusion matrix: rows are labels, columns predictions."""
    matrix = confusion_matrix(label, guess).tolist()
    run.log_artifact(json.dumps({"labels": CLASSES, "matrix": matrix}).encode(), name="confusion_matrix.json")


if __name__ == "__main__":
    main()

"""What is measured of a model, and the files that a run keeps of its last look at the test rows."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from sklearn import metrics

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from datasets import Data, Part
    from runlake import Run


def measure(data: Data, part: Part, model: Any, prefix: str) -> dict[str, float]:
    """Return what describes the model on some rows, keys starting with `prefix/`."""
    found = _regression(part, model) if data.is_regression else _classification(data, part, model)
    return {f"{prefix}/{key}": value for key, value in found.items()}


def _regression(part: Part, model: Any) -> dict[str, float]:
    guess = model.predict(part.x)
    if not np.isfinite(guess).all():
        return {"rmse": float("nan"), "mae": float("nan"), "r2": float("nan")}
    return {
        "rmse": float(metrics.root_mean_squared_error(part.y, guess)),
        "mae": float(metrics.mean_absolute_error(part.y, guess)),
        "r2": float(metrics.r2_score(part.y, guess)),
    }


def _classification(data: Data, part: Part, model: Any) -> dict[str, float]:
    chance = model.predict_proba(part.x)
    guess = chance.argmax(axis=1)
    several = len(data.classes) > 2
    average = "macro" if several else "binary"
    score = chance if several else chance[:, 1]
    finite = bool(np.isfinite(chance).all())
    sure = {} if several else {"precision_at_0.99": _precision(part.y, chance[:, 1] > 0.99)}
    return sure | {
        "loss": float(metrics.log_loss(part.y, chance)) if finite else float("nan"),
        "accuracy": float(metrics.accuracy_score(part.y, guess)),
        "f1": float(metrics.f1_score(part.y, guess, average=average)),
        "roc_auc": float(metrics.roc_auc_score(part.y, score, multi_class="ovr")) if finite else float("nan"),
    }


def _precision(label: NDArray[Any], chosen: NDArray[np.bool_]) -> float:
    """Return the share of the chosen that are right; where nothing is chosen there is none, and NaN says so."""
    return float(label[chosen].mean()) if chosen.any() else float("nan")


def keep_predictions(run: Run, data: Data, model: Any) -> None:
    """Log label, prediction and class probabilities of every test row, and for classes the confusion matrix."""
    if data.is_regression:
        frame = pl.DataFrame({"label": data.test.y, "prediction": model.predict(data.test.x)})
        run.log_artifact(_parquet(frame), "evaluation/test_predictions.parquet", kind="predictions")
        return
    chance = model.predict_proba(data.test.x)
    guess = chance.argmax(axis=1)
    columns = {f"probability/{name}": chance[:, at].astype(np.float32) for at, name in enumerate(data.classes)}
    names = np.array(data.classes)
    frame = pl.DataFrame({"label": names[data.test.y], "prediction": names[guess], **columns})
    run.log_artifact(_parquet(frame), "evaluation/test_predictions.parquet", kind="predictions")
    matrix = metrics.confusion_matrix(data.test.y, guess).tolist()
    table = {"labels": list(data.classes), "rows": "label", "columns": "prediction", "matrix": matrix}
    run.log_artifact(json.dumps(table).encode(), "evaluation/confusion_matrix.json", kind="confusion_matrix")
    run.log({"test/confusion_matrix": matrix})


def keep_importance(run: Run, data: Data, model: Any) -> None:
    """Log how much each feature weighs, where the model says so."""
    weights = getattr(model, "feature_importances_", None)
    if weights is not None:
        order = np.argsort(-weights, kind="stable")
        table = [{"feature": data.features[i], "importance": round(float(weights[i]), 6)} for i in order]
        run.log_artifact(json.dumps(table, indent=1).encode(), "model/feature_importance.json", kind="table")


def keep_plot(run: Run, curves: dict[str, list[tuple[float, float]]]) -> None:
    """Log a picture of the learning curves."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5.2, 3.2), dpi=96, layout="constrained")
    for key, points in curves.items():
        axes.plot(*zip(*points, strict=True), label=key, linewidth=1.6)
    axes.set(xlabel="step")
    axes.legend(frameon=False, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    picture = io.BytesIO()
    # Without the date and the version of the program that drew it.
    figure.savefig(picture, format="png", metadata={"Software": None})
    pyplot.close(figure)
    run.log_artifact(picture.getvalue(), "plots/learning_curves.png", kind="plot")


def keep_card(run: Run, data: Data, *, use: str, limits: str, results: dict[str, float]) -> None:
    """Log a model card: what the model is for, how good it is and where it should not be trusted."""
    lines = [f"# {run.name}", "", f"**Use.** {use}", "", f"**Data.** {data.name}: {len(data.train.y)} rows to learn,"]
    lines[-1] += f" {len(data.validation.y)} to choose, {len(data.test.y)} to judge; {len(data.features)} features."
    lines += ["", "| measure | value |", "|---|--:|", *(f"| {k} | {v:.4f} |" for k, v in results.items())]
    lines += ["", f"**Limits.** {limits}", ""]
    run.log_artifact("\n".join(lines).encode(), "model/card.md", kind="model_card")


def _parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out, compression="zstd")
    return out.getvalue()

"""What is measured of a model, and the files that a run keeps of its last look at the test rows."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from sklearn import metrics

from runlake import media

HARDEST = 8  # rows
WATCHED = 3  # rows, while it learns
MANY = 20  # classes

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


def evaluated(part: Part, data: Data, model: Any, prefix: str) -> media.Media:
    """Make the evaluation of a model on some rows: label and class probabilities, or label and prediction."""
    ids = [f"{prefix}-{at:03}" for at in range(len(part.y))]
    # Pixels are shown as pictures; of other rows the first features tell which they are.
    told = {} if _is_pixels(data) else {name: part.x[:, at].round(4) for at, name in enumerate(data.features[:4])}
    if data.is_regression:
        return media.regression(part.y, model.predict(part.x), ids=ids, examples=told)
    chance = model.predict_proba(part.x)
    if len(data.classes) > MANY:
        chance = chance.round(4)  # most of a hundred are next to nothing, which takes little room so
    return media.classification(part.y, chance, classes=data.classes, ids=ids, examples=told or None)


def keep_evaluation(run: Run, data: Data, model: Any, step: int) -> None:
    """Log the evaluation on the test rows, the rows that the model is most wrong about, and the confusion matrix."""
    run.log({"test": evaluated(data.test, data, model, "test")}, step=step)
    if data.is_regression:
        return
    chance = model.predict_proba(data.test.x)
    if not np.isfinite(chance).all():
        return
    guess, sure = chance.argmax(axis=1), chance[np.arange(len(chance)), data.test.y]
    hardest = np.argsort(sure, kind="stable")[:HARDEST]
    if _is_pixels(data):
        pictures = [_digit(data.test.x[at], data.classes[data.test.y[at]], data.classes[guess[at]]) for at in hardest]
        run.log({"hardest": pictures}, step=step)
    else:
        rows = {
            "id": [f"test-{at:03}" for at in hardest],
            "label": [data.classes[data.test.y[at]] for at in hardest],
            "predicted": [data.classes[guess[at]] for at in hardest],
            "probability of the label": sure[hardest].round(4),
            **{name: data.test.x[hardest, at].round(4) for at, name in enumerate(data.features[:6])},
        }
        run.log(
            {"hardest": media.Table(rows, caption="Test rows whose label the model found least likely.")}, step=step
        )
    run.log({"test/confusion_matrix": metrics.confusion_matrix(data.test.y, guess).tolist()}, step=step)


def keep_hardest(run: Run, data: Data, model: Any, step: int) -> None:
    """Log the few validation digits whose label the model finds least likely, as it is now."""
    if not _is_pixels(data) or not hasattr(model, "predict_proba"):
        return
    part, chance = data.validation, model.predict_proba(data.validation.x)
    if not np.isfinite(chance).all():
        return
    sure = chance[np.arange(len(chance)), part.y]
    guess = chance.argmax(axis=1)
    worst = np.argsort(sure, kind="stable")[:WATCHED]
    pictures = [_digit(part.x[at], data.classes[part.y[at]], data.classes[guess[at]]) for at in worst]
    run.log({"val/hardest": pictures}, step=step)


def _is_pixels(data: Data) -> bool:
    return data.features[0].startswith("pixel_")


def _digit(pixels: NDArray[np.float64], label: str, guess: str) -> media.Image:
    """Draw one digit or two of 8 x 8 pixels each, values 0 to 16, large enough to be seen."""
    large = np.kron(pixels.reshape(8, -1) / 16, np.ones((16, 16)))
    return media.Image(large, caption=f"{label}, taken for {guess}")


def keep_weights(run: Run, model: Any, step: int) -> None:
    """Log how the weights of a linear or neural model are spread, layer by layer."""
    last = model[-1] if hasattr(model, "steps") else model
    layers = getattr(last, "coefs_", None) or ([last.coef_] if hasattr(last, "coef_") else [])
    run.log({f"weights/layer_{at}": media.Histogram(layer, bins=40) for at, layer in enumerate(layers)}, step=step)


def keep_importance(run: Run, data: Data, model: Any, step: int) -> None:
    """Log how much each feature weighs, where the model says so, as a table and as a figure."""
    weights = getattr(model, "feature_importances_", None)
    if weights is None:
        return
    order = np.argsort(-weights, kind="stable")
    names = [data.features[at] for at in order]
    run.log({"importance/table": media.Table({"feature": names, "importance": weights[order].round(6)})}, step=step)
    first = [{"type": "bar", "orientation": "h", "x": weights[order][:12].tolist(), "y": names[:12]}]
    layout = {"height": 380, "margin": {"l": 180, "t": 10}, "yaxis": {"autorange": "reversed"}}
    run.log({"importance/first": media.Figure(go.Figure({"data": first, "layout": layout}))}, step=step)


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

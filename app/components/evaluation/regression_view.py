"""Evaluations of predicted numbers."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl
import streamlit as st

import state
from components import artifact_preview, format, table
from components.charts import chart_export, curves
from components.evaluation import evaluation_controls
from components.evaluation.evaluation_measures import is_one_run
from components.evaluation.judged import EXAMPLE, numbers
from reads import evaluated
from runlake.analysis.error_intervals import Error
from runlake.analysis.regression import fit
from runlake.analysis.residuals import quantiles, spreads
from runlake.figures.classification import Shown
from runlake.figures.regression import predicted_figure, quantile_figure, residual_figure, spread_figure
from runlake.figures.theme import theme
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from components.evaluation.judged import Judged
    from runlake.analysis.error_intervals import Ends
    from runlake.figures.theme import Theme
    from state import Judging

_MOST_WORST = 100


def choose(knobs: Judging, *, steps: bool) -> str:
    """Draw the choice of a picture, and return it; that of steps where there are several."""
    names = [name for name in state.NUMBER_PICTURES if name != "Steps" or steps]
    return evaluation_controls.choose_name(knobs, names, names[0], "numbers")


def show(judged: Sequence[Judged], picture: str, knobs: Judging) -> None:
    """Draw the picture, the measures, and the examples that are furthest off."""
    rows = [_row_of(one, knobs.example.get()) for one in judged]
    left, right = st.columns([11, 9], gap="large")
    with left:
        key = knobs.key(f"figure.{picture}.{knobs.example.get()}")
        alt = in_order(f"{picture}: {', '.join(one.run.label for one in judged)}")
        draw = partial(_figure, judged, picture, rows)
        st.plotly_chart(
            draw(tokens=theme(st.context.theme.type)),
            key=key,
            theme=None,
            config=curves.CONFIG,
            on_select=partial(_take_point, knobs, key, judged),
            selection_mode="points",
            alt=alt,
        )
        chart_export.show(draw, of=alt, key=knobs.key(f"export.{picture}"), run_ids=[one.run.run_id for one in judged])
        _example(judged, rows)
    with right:
        for one in judged:
            _worst(one, knobs, several=len(judged) > 1)
    measures(judged)


def _figure(judged: Sequence[Judged], picture: str, rows: Sequence[int | None], *, tokens: Theme) -> go.Figure:
    pairs = [numbers(one) for one in judged]

    def shown(results: Sequence[Any]) -> list[Shown[Any]]:
        return [
            Shown(one.run.label, result, one.run.color, one.run.dash)
            for one, result in zip(judged, results, strict=True)
        ]

    if picture == "Histogram":
        figure = spread_figure(shown(spreads([guess - true for true, guess in pairs])), tokens=tokens)
    elif picture == "Quantiles":
        figure = quantile_figure(shown([quantiles(guess - true) for true, guess in pairs]), tokens=tokens)
    else:
        draw = residual_figure if picture == "Residuals" else predicted_figure
        figure = draw(shown(pairs), marked=rows, tokens=tokens)
    return figure.update_layout(dragmode=False)


def measures(judged: Sequence[Judged]) -> None:
    """Draw the measures of each run, with their intervals once those are worked out."""
    found = evaluated.errors(judged) or [{}] * len(judged)
    rows = [_measures(one, ends) for one, ends in zip(judged, found, strict=True)]
    table.show(
        pl.DataFrame(rows, schema_overrides=dict.fromkeys(rows[0], pl.String)),
        labels={name: name for name in rows[0]} | ({"Run": "Step"} if is_one_run(judged) else {}),
        right=[name for name in rows[0] if name != "Run"],
        alt="Measures of each run",
    )
    st.caption(
        "In brackets 95 % intervals, by the percentiles of 1,000 resamples of the examples, up to "
        f"{evaluated.MOST_RESAMPLED:,} of them. MAPE is not defined where a true number is 0."
    )


def _measures(one: Judged, ends: dict[Error, Ends]) -> dict[str, str]:
    found = fit(*numbers(one))
    values = {
        Error.RMSE: found.rmse,
        Error.MAE: found.mae,
        Error.MEDIAN: found.median,
        Error.BIAS: found.bias,
        Error.R2: found.r2,
        Error.MAPE: found.mape,
    }
    left_out = f" ({found.left_out:,} not finite)" if found.left_out else ""
    return {
        "Run": one.run.label,
        "n": f"{found.n:,}{left_out}",
        **{str(name): _with_ends(value, ends.get(name)) for name, value in values.items()},
        "Largest error": format.number(found.largest),
    }


def _with_ends(value: float, ends: Ends | None) -> str:
    if math.isnan(value):
        return format.NOTHING
    if ends is None or math.isnan(ends.low):
        return format.number(value)
    return f"{format.number(value)} ({format.number(ends.low)} to {format.number(ends.high)})"


def _worst(one: Judged, knobs: Judging, *, several: bool) -> None:
    frame = one.evaluation.frame.with_row_index("row").with_columns(
        error=pl.col("predicted").cast(pl.Float64) - pl.col("label").cast(pl.Float64)
    )
    worst = frame.filter(pl.col("error").is_finite()).sort(pl.col("error").abs(), descending=True).head(_MOST_WORST)
    first = "id" if "id" in worst.columns else "row"
    st.caption(format.markdown(f"Furthest off: {one.run.label}") if several else "Furthest off")
    names = worst[first].cast(pl.String)
    shown = worst.select(
        names.alias(first),
        *(pl.col(name).map_elements(format.number, pl.String) for name in ("label", "predicted", "error")),
    )
    labels = {first: "Example", "label": "True", "predicted": "Predicted", "error": "Error"}
    key = f"{knobs.key('worst')}.{one.key}"
    ids, example = names.to_list(), knobs.example.get()
    # What is ticked follows the example that is looked at, however that was chosen.
    st.session_state[key] = {"selection": {"rows": [ids.index(example)] if example in ids else []}}
    table.show(
        shown,
        labels=labels,
        right=["label", "predicted", "error"],
        most_px=330,
        key=key,
        on_select=partial(_take_row, knobs, key, ids),
        alt=in_order(f"Largest errors of {one.run.label}"),
    )


def _example(judged: Sequence[Judged], rows: Sequence[int | None]) -> None:
    """Draw all that is known of the example that is looked at."""
    known = [(one, row) for one, row in zip(judged, rows, strict=True) if row is not None]
    if not known:
        st.caption("Tick an example, or click a point, to see all that is known of it.")
        return
    first, row = known[0]
    frame = first.evaluation.frame[[row]]
    told = {"id" if "id" in frame.columns else "row": _name(first, row)}
    told |= {f"predicted by {one.run.label}": format.number(numbers(one)[1][at]) for one, at in known}
    told["true"] = format.number(numbers(first)[0][row])
    facts = artifact_preview.as_text(
        frame.select(
            pl.col(name).alias(name.removeprefix(EXAMPLE)) for name in frame.columns if name.startswith(EXAMPLE)
        )
    )
    told |= {name: facts[name][0] for name in facts.columns}
    table.show(
        pl.DataFrame({"what": list(told), "value": list(told.values())}, schema_overrides={"value": pl.String}),
        labels={"what": "Example", "value": ""},
        most_px=300,
        alt="The example that is looked at",
    )


def _name(one: Judged, row: int) -> str:
    frame = one.evaluation.frame
    return str(frame["id"][row]) if "id" in frame.columns else str(row)


def _row_of(one: Judged, example: str) -> int | None:
    """Find the row of an example by its name, or by its place where examples have none."""
    frame = one.evaluation.frame
    if not example:
        return None
    if "id" in frame.columns:
        found = frame["id"].cast(pl.String).index_of(example)
        return None if found is None else int(found)
    return int(example) if example.isdecimal() and int(example) < frame.height else None


def _take_row(knobs: Judging, key: str, ids: Sequence[str]) -> None:
    rows: list[int] = st.session_state[key]["selection"]["rows"]
    knobs.example.set(ids[rows[0]] if rows and rows[0] < len(ids) else "")


def _take_point(knobs: Judging, key: str, judged: Sequence[Judged]) -> None:
    """Callback of a picture: look at the example of the point that was clicked."""
    points: list[dict[str, Any]] = st.session_state[key]["selection"]["points"]
    row = points[-1].get("customdata") if points else None
    row = row[-1] if isinstance(row, list) and row else row
    drawn = [one for one in judged if one.evaluation.frame.height]
    if isinstance(row, int | float) and drawn:
        known = [one for one in drawn if row < one.evaluation.frame.height]
        knobs.example.set(_name(known[0], int(row)) if known else "")

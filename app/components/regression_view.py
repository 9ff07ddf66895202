"""Evaluations of predicted numbers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

import state
from components import chart_export, curves, format, table
from runlake.analysis.regression import fit
from runlake.figures.classification import Shown
from runlake.figures.regression import predicted_figure, residual_figure
from runlake.figures.theme import theme
from runlake.formats import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from components.evaluation_controls import Knobs
    from components.judged import Judged

_MOST_WORST = 100


def choose(knobs: Knobs) -> str:
    """Draw the choice of a picture, and return it."""
    key, wanted = knobs.key("numbers"), knobs.picture.get()
    st.session_state[key] = wanted if wanted in state.NUMBER_PICTURES else state.NUMBER_PICTURES[0]
    st.segmented_control(
        "Picture",
        state.NUMBER_PICTURES,
        key=key,
        required=True,
        format_func=format.segment,
        label_visibility="collapsed",
        on_change=lambda: knobs.picture.set(st.session_state[key]),
    )
    return str(st.session_state[key])


def show(judged: Sequence[Judged], picture: str, knobs: Knobs) -> None:
    """Draw the picture, the measures, and the examples that are furthest off."""
    shown = [
        Shown(
            one.run.label,
            _numbers(one),
            one.run.color,
        )
        for one in judged
    ]
    draw = predicted_figure if picture == state.NUMBER_PICTURES[0] else residual_figure
    left, right = st.columns([11, 9], gap="large")
    with left:
        alt = f"{picture}: {', '.join(one.run.label for one in judged)}"
        st.plotly_chart(
            draw(shown, tokens=theme(st.context.theme.type)),
            key=knobs.key(f"figure.{picture}"),
            config=curves.CONFIG,
            alt=in_order(alt),
        )
        chart_export.show(
            partial(draw, shown), of=alt, key=knobs.key(f"export.{picture}"),
            run_ids=[one.run.run_id for one in judged],
        )  # fmt: skip
    with right:
        for one in judged:
            _worst(one, several=len(judged) > 1)
    rows = [_measures(one) for one in judged]
    table.show(
        pl.DataFrame(rows, schema_overrides=dict.fromkeys(rows[0], pl.String)),
        labels={name: name for name in rows[0]},
        right=[name for name in rows[0] if name != "Run"],
        alt="Measures of each run",
    )


def _numbers(one: Judged) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return true and predicted numbers, NaN where there is none."""
    true, guess = (
        one.evaluation.frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        for name in ("label", "predicted")
    )
    return true, guess


def _measures(one: Judged) -> dict[str, str]:
    found = fit(*_numbers(one))
    measures = {"RMSE": found.rmse, "MAE": found.mae, "Median error": found.median, "Bias": found.bias, "R²": found.r2}
    left_out = f" ({found.left_out:,} not finite)" if found.left_out else ""
    return {
        "Run": one.run.label,
        "n": f"{found.n:,}{left_out}",
        **{name: format.number(value) for name, value in measures.items()},
        "Largest error": format.number(found.largest),
    }


def _worst(one: Judged, *, several: bool) -> None:
    frame = one.evaluation.frame.with_row_index("row").with_columns(
        error=pl.col("predicted").cast(pl.Float64) - pl.col("label").cast(pl.Float64)
    )
    worst = frame.filter(pl.col("error").is_finite()).sort(pl.col("error").abs(), descending=True).head(_MOST_WORST)
    first = "id" if "id" in worst.columns else "row"
    st.caption(format.markdown(f"Furthest off: {one.run.label}") if several else "Furthest off")
    shown = worst.select(
        pl.col(first).cast(pl.String),
        *(pl.col(name).map_elements(format.number, pl.String) for name in ("label", "predicted", "error")),
    )
    labels = {first: "Example", "label": "True", "predicted": "Predicted", "error": "Error"}
    table.show(
        shown,
        labels=labels,
        right=["label", "predicted", "error"],
        most_px=330,
        alt=in_order(f"Largest errors of {one.run.label}"),
    )

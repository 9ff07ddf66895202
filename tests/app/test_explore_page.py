"""The Explore page, without a browser."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

import runlake
from app.made import MARKUP
from app.test_pages import everything_said
from components import format
from components.explore import brushes
from components.runs import expressions
from runlake.actions import create_experiment, local_actor
from runlake.actions.experiments import Details
from runlake.analysis.axes import axis
from runlake.analysis.bundles import LANE
from runlake.figures.theme import PALETTE
from runlake.query.language import parse, unparse
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard

RUNS = 40
LOSS = [0.2 + 0.05 * ((number * 7) % RUNS) for number in range(RUNS)]


@pytest.fixture(scope="module")
def made(stores: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Stores that tell what parameters do: `tuned` with a declared metric, `same` runs, `wild` names."""
    root = tmp_path_factory.mktemp("explore")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", str(root / "journals"))
        patch.setenv("RUNLAKE_INGESTER", "off")
        for name in ("tuned", "same", "wild"):
            stores[name] = str(root / name)
        _log_tuned(stores["tuned"])
        for _ in range(3):
            runlake.start_run("same", params={"lr": 0.1}, store=stores["same"], capture=False).finish()
        _log_wild(stores["wild"])
        for name in ("tuned", "same", "wild"):
            drain(stores[name])
        yield stores


def _log_tuned(store: str) -> None:
    declared = Details(primary_metric="val/loss", reducer="min", direction="minimize")
    create_experiment(store, "tuned", declared, actor=local_actor(client="cli"))
    for number, loss in enumerate(LOSS):
        params = {"lr": 10 ** -(1 + number % 5), "depth": number % 8, "model": ("a", "b", "c")[number % 3]}
        params |= {"same": 1} | ({"rare": number} if number % 4 == 0 else {})
        with runlake.start_run("tuned", f"run {number}", params=params, store=store, capture=False) as run:
            run.log({"val/loss": loss, "time": 1 / (1 + number)}, step=0)
            run.log({"val/loss": loss + 0.5}, step=1)
            run.summary["size"] = number


def _log_wild(store: str) -> None:
    for number in range(14):
        params: dict[str, Any] = {
            f"{MARKUP} {key}".replace(".", " "): f"{MARKUP} {(number * key) % 5}" for key in range(9)
        }
        params |= {"nan": math.nan, "inf": math.inf, "none": None, "mixed": number if number % 2 else MARKUP}
        with runlake.start_run("wild", MARKUP, params=params, store=store, capture=False) as run:
            run.log({f"m{n:03d} {MARKUP[:30]}": [math.nan, math.inf, float(number)][n % 3] for n in range(300)})


@pytest.fixture
def page(dashboard: Dashboard, made: dict[str, str]) -> Dashboard:
    def open_page(name: str, /, page: str = "explore", **query: str) -> AppTest:
        return dashboard(name, page, **query)

    return open_page


def spec(at: AppTest) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(at.get("plotly_chart")[0].proto.spec)
    return parsed


def titles(at: AppTest) -> list[str]:
    return [n["text"].split("</b>")[0][3:] for n in spec(at)["layout"]["annotations"] if n["text"].startswith("<b>")]


def said(at: AppTest) -> str:
    assert [e.value for e in at.exception] == []
    return "\n".join([everything_said(at), *(str(one.value) for one in (*at.info, *at.warning))])


class TestTheParallelView:
    def test_shows_the_params_that_vary_and_the_declared_metric_with_its_direction(self, page: Dashboard) -> None:
        at = page("tuned")

        assert sorted(titles(at)[:-1]) == ["depth", "lr", "model", "rare"]
        assert titles(at)[-1] == "val/loss.min"
        assert "lower is better" in json.dumps(spec(at)["layout"]["annotations"])
        assert "40 runs" in said(at)

    def test_judges_by_another_value_of_the_series_where_asked(self, page: Dashboard) -> None:
        at = page("tuned", of="max", metric="metrics.val/loss", axes="params.lr,metrics.time,params.depth")

        assert titles(at) == ["lr", "time", "depth", "val/loss.max"]

    def test_keeps_what_a_brush_keeps_and_says_how_many(self, page: Dashboard) -> None:
        at = page("tuned", brush="params.depth >= 4,params.model IN ('a'%2C 'b')")

        left = [n for n in range(RUNS) if n % 8 >= 4 and n % 3 < 2]
        assert f"{len(left)} of 40 runs left" in said(at)
        boxes = [shape for shape in spec(at)["layout"]["shapes"] if shape["type"] == "rect"]
        assert len(boxes) == 3

    def test_takes_a_range_and_categories_that_are_typed(self, page: Dashboard) -> None:
        at = page("tuned", axes="params.depth,params.model")
        at.number_input(key=f"explore.range.{format.handle('params.depth')}.least").set_value(6.0).run()
        at.multiselect(key=f"explore.range.{format.handle('params.model')}").set_value(["c"]).run()

        assert at.session_state["explore.brush"] == ["params.depth >= 6", "params.model IN ('c')"]
        assert f"{sum(n % 8 >= 6 and n % 3 == 2 for n in range(RUNS))} of 40 runs left" in said(at)

    def test_is_brushed_from_above_and_brushes_are_taken_back(self, page: Dashboard) -> None:
        at = page("tuned", axes="params.depth,params.model")
        depth, model = (format.handle(f"params.{key}") for key in ("depth", "model"))
        at.number_input(key=f"explore.range.{depth}.most").set_value(2.0).run()
        at.multiselect(key=f"explore.range.{model}").set_value(["a"]).run()
        assert f"{sum(n % 8 <= 2 and n % 3 == 0 for n in range(RUNS))} of 40 runs left" in said(at)

        at.button(key=f"explore.chip.{depth}").click().run()
        assert f"{sum(n % 3 == 0 for n in range(RUNS))} of 40 runs left" in said(at)

        at.number_input(key=f"explore.range.{depth}.most").set_value(2.0).run()
        at.button(key="explore.chips.clear").click().run()
        assert "**40 runs**" in said(at)

    def test_has_the_axes_and_the_objective_that_are_chosen(self, page: Dashboard) -> None:
        at = page("tuned")
        at.multiselect(key="explore.axes.shown").set_value(["params.model", "params.lr"]).run()
        at.selectbox(key="explore.of.shown").set_value("max").run()
        assert titles(at) == ["model", "lr", "val/loss.max"]

        at.selectbox(key="explore.metric.shown").set_value("metrics.time").run()
        assert titles(at) == ["model", "lr", "time.max"]
        assert "No experiment declares which way is better" in said(at)

    def test_looks_at_the_experiment_that_is_chosen(self, page: Dashboard) -> None:
        at = page("sample").selectbox(key="explore.experiment").set_value("fraud").run()

        assert "**8 runs**" in said(at)

    def test_passes_over_a_brush_that_is_none(self, page: Dashboard) -> None:
        at = page("tuned", brush="params.lr >> 1,params.lr > 1 OR params.depth > 1")

        assert "40 runs" in said(at)

    def test_turns_the_scale_of_an_axis_and_back(self, page: Dashboard) -> None:
        at = page("tuned", axes="params.lr")
        assert ("log" in json.dumps(spec(at)["layout"]["annotations"])) is True

        at.multiselect(key="explore.log").set_value([]).run()
        assert at.session_state["explore.turned"] == ["params.lr"]
        assert ">log" not in json.dumps(spec(at)["layout"]["annotations"])

        at.multiselect(key="explore.log").set_value(["params.lr"]).run()
        assert at.session_state["explore.turned"] == []

    def test_draws_few_runs_each_in_its_colour(self, page: Dashboard) -> None:
        at = page("sample")

        lines = [trace for trace in spec(at)["data"] if trace["mode"] == "lines"]
        assert [line["line"]["color"] for line in lines[:10]] == list(PALETTE)


class TestWhereItLeads:
    def test_compares_the_best_of_what_is_left(self, page: Dashboard, made: dict[str, str]) -> None:
        at = page("tuned", brush="params.depth <= 5")
        at.button(key="explore.compare").click().run()

        lake = runlake.open_lake(made["tuned"], live=False)
        best = lake.runs(where="params.depth <= 5", order_by="metrics.val/loss.min")["run_id"].to_list()
        assert at.session_state["shared.runs"] == best

    def test_compares_the_best_by_what_the_reader_says_is_better(self, page: Dashboard, made: dict[str, str]) -> None:
        at = page("tuned")
        better = at.selectbox(key=f"explore.better.{format.handle('metrics.val/loss')}")
        assert better.value == "Lower is better"
        better.set_value("Higher is better").run()
        assert "higher is better" in json.dumps(spec(at)["layout"]["annotations"])

        at.button(key="explore.compare").click().run()
        worst = runlake.open_lake(made["tuned"], live=False).runs(order_by="metrics.val/loss.min desc")["run_id"]
        assert at.session_state["shared.runs"] == worst.to_list()

    def test_shows_what_is_left_on_the_runs_page(self, page: Dashboard) -> None:
        at = page("tuned", experiment="tuned", where="params.lr < 0.05", brush="params.depth <= 5")
        at.button(key="explore.runs").click().run()

        where = at.session_state["runs.where"]
        assert where == "experiment UNDER 'tuned' AND params.lr < 0.05 AND params.depth <= 5"
        assert any(json.loads(part.proto.json).get("value") == where for part in at.get("bidi_component"))

    def test_is_reached_from_the_runs_page_with_the_same_runs(self, page: Dashboard) -> None:
        at = page("tuned", "runs", where="params.depth > 3", experiment="tuned")

        link = next(one.proto for one in at.get("page_link") if one.proto.label == "Explore these")
        assert "where=params.depth" in link.query_string
        assert "experiment=tuned" in link.query_string


class TestTheScatterView:
    def test_shows_the_objective_by_a_number_and_the_front_where_both_directions_are_known(
        self, page: Dashboard
    ) -> None:
        at = page("tuned", view="Scatter")
        assert spec(at)["layout"]["yaxis"]["title"]["text"] == "val/loss.min"

        at = page("tuned", view="Scatter", x="metrics.time", lower="metrics.time")
        front = spec(at)["data"][-1]
        assert front["line"]["shape"] == "hv"
        points = [(1 / (1 + n), loss) for n, loss in enumerate(LOSS)]
        unbeaten = [p for p in points if not any(q[0] <= p[0] and q[1] <= p[1] and q != p for q in points)]
        assert f"{len(unbeaten)} on the line (Pareto front)" in said(at)

    def test_shows_all_pairs(self, page: Dashboard) -> None:
        at = page("tuned", view="Scatter", matrix="1")

        assert len({trace["xaxis"] for trace in spec(at)["data"]}) == 10
        assert "The first 5 axes" in said(at)

    def test_has_the_axes_that_are_chosen_and_all_pairs_on_a_click(self, page: Dashboard) -> None:
        at = page("tuned").button_group(key="explore.view").set_value("Scatter").run()
        at.selectbox(key="explore.x.shown").set_value("params.depth").run()
        at.selectbox(key="explore.y.shown").set_value("metrics.time").run()
        at.selectbox(key="explore.colour.shown").set_value("params.lr").run()
        drawn = spec(at)
        assert [drawn["layout"][name]["title"]["text"] for name in ("xaxis", "yaxis")] == ["depth", "time"]
        assert "lr" in json.dumps(drawn["layout"]["coloraxis"] if "coloraxis" in drawn["layout"] else drawn["data"])

        at.toggle(key="explore.matrix").set_value(True).run()
        assert len({trace["xaxis"] for trace in spec(at)["data"]}) == 10


class TestTheImportanceView:
    def test_says_which_parameters_matter_and_how_it_knows(self, page: Dashboard) -> None:
        at = page("tuned", view="Importance")

        assert set(spec(at)["layout"]["yaxis"]["ticktext"]) == {"lr", "depth", "model", "rare"}
        assert "cross-validation repeated 5 times on 40 runs" in said(at)

    def test_refuses_where_there_are_too_few_runs(self, page: Dashboard) -> None:
        at = page("tuned", view="Importance", where="params.depth = 1")

        assert "5 runs have a finite value of the metric; at least 10 are needed." in said(at)


class TestNothingToShow:
    def test_of_a_wrong_filter_is_said_where_it_is(self, page: Dashboard) -> None:
        at = page("tuned", where="params.lr >> 1")

        assert "The filter does not parse" in said(at)

    @pytest.mark.parametrize(
        ("store", "where", "sentence"),
        [
            ("tuned", "params.lr > 5", "No run fits this filter."),
            ("tuned", "name = 'run 3'", "One run fits this filter."),
            ("same", "", "These runs do not differ."),
            ("hostile", "", "One run fits this filter."),
            ("empty", "", "No runs yet."),
        ],
    )
    def test_says_why_and_what_to_do(self, page: Dashboard, store: str, where: str, sentence: str) -> None:
        at = page(store, **({"where": where} if where else {}))

        assert sentence in said(at)
        assert at.code or at.get("page_link")
        assert not at.get("plotly_chart")

    def test_clears_the_filter_on_a_click(self, page: Dashboard) -> None:
        at = page("tuned", where="params.lr > 5")
        at.button(key="empty.Look at all runs").click().run()

        assert "40 runs" in said(at)


class TestAHostileStore:
    @pytest.mark.parametrize(
        "query", [{}, {"view": "Scatter"}, {"view": "Scatter", "matrix": "1"}, {"view": "Importance"}]
    )
    def test_is_shown_as_text(self, page: Dashboard, query: dict[str, str]) -> None:
        at = page("wild", **query)

        assert "](http" not in said(at)
        assert len(at.get("plotly_chart")) == 1
        assert "<b>bold" not in json.dumps(spec(at))


class TestABrush:
    """What is dragged over is what the language keeps, whatever the axis."""

    @pytest.fixture
    def lake(self, made: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> runlake.Lake:
        monkeypatch.setattr(brushes, "field_of", lambda name: expressions.field(name))
        return runlake.open_lake(made["tuned"], live=False)

    @pytest.mark.parametrize("name", ["params.lr", "params.depth", "params.model", "params.rare", "metrics.time"])
    @pytest.mark.parametrize("box", [(0.1, 0.62), (-0.02, 0.5), (0.31, 1.02), (LANE - 0.05, -0.1)])
    def test_keeps_the_runs_in_the_box(self, lake: runlake.Lake, name: str, box: tuple[float, float]) -> None:
        column = lake.runs(columns=[name])[name]
        made = axis(column if name == "params.model" else column.cast(pl.Float64))
        node = brushes.between(made, *box)
        inside = (made.place >= box[0]) & (made.place <= box[1])
        expected = int(np.isnan(made.place).sum() if box[1] < LANE / 2 else inside.sum())

        kept = len(made.place) if node is None else lake.count(unparse(node))

        assert kept == (expected if expected or node is not None else len(made.place))
        assert node is None or parse(unparse(node)) == node

    def test_is_drawn_where_it_was_dragged(self, lake: runlake.Lake) -> None:
        made = axis(lake.runs(columns=["metrics.time"])["metrics.time"])
        node = brushes.between(made, 0.25, 0.5)
        assert node is not None

        ((low, high),) = brushes.stretches(made, node)
        assert (low, high) == pytest.approx((0.25, 0.5), abs=0.01)

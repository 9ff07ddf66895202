"""What finds runs: facets, the switches for what is not written, and the answers that complete a filter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import runlake
import state
from app.made import MARKUP
from components.runs import choosing, facet_rows, filter_box
from runlake.query.choice import Choice
from runlake.query.expression import Field, FieldKind, Number, Text
from runlake.query.facets import facets

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard

MODEL = Field(FieldKind.PARAM, "model")
KEYS = "params.model,params.depth,metrics.loss,datasets.name,conclusion"


def panel(at: AppTest) -> dict[str, dict[str, Any]]:
    """What the browser got to draw, by the name of the key."""
    parts = [json.loads(part.proto.json) for part in at.get("bidi_component")]
    (found,) = [part["facets"] for part in parts if "facets" in part]
    return {facet["title"]: facet for facet in found}


def rows(facet: dict[str, Any]) -> dict[str, int]:
    return {row["label"]: row["count"] for row in facet["values"]}


class TestThePanel:
    def test_is_drawn_where_the_link_asks_for_it(self, dashboard: Dashboard) -> None:
        assert set(panel(dashboard("sample", faceted="1"))) == {
            *("status", "user", "datasets.name", "conclusion", "experiment", "params.model", "params.depth"),
            'params."lr.max"',
        }

    def test_is_shown_and_taken_away_and_has_the_keys_that_are_chosen(self, dashboard: Dashboard) -> None:
        at = dashboard("sample").toggle(key="runs.faceted").set_value(True).run()
        usual = list(panel(at))
        at.session_state["runs.facets.choose"] = True
        at.run().multiselect(key="runs.facets.keys").set_value(["params.depth", "user"]).run()
        assert list(panel(at)) == ["params.depth", "user"]
        assert rows(panel(at)["user"]) == {"ana": 4, "bo": 4, "chen": 4}

        at.session_state["runs.facets.choose"] = True
        at.run().button(key="runs.facets.usual").click().run()
        assert list(panel(at)) == usual

        at.toggle(key="runs.faceted").set_value(False).run()
        assert not any("facets" in json.loads(part.proto.json) for part in at.get("bidi_component"))

    def test_counts_what_fits_the_rest_of_the_filter(self, dashboard: Dashboard) -> None:
        shown = panel(dashboard("sample", faceted="1", facets=KEYS, where="params.model = 'forest'", user="ana"))

        assert list(shown) == KEYS.split(",")
        assert rows(shown["params.model"]) == {"boosting": 2, "forest": 2}
        assert rows(shown["params.depth"]) == {"0": 1, "6": 1}
        assert rows(shown["conclusion"]) == {"written": 1, "not written": 1}
        assert rows(shown["datasets.name"]) == {"holdout": 2, "mails": 2}
        assert [row["on"] for row in shown["params.model"]["values"]] == [False, True]
        assert sum(one["count"] for one in shown["metrics.loss"]["bins"]) == 2

    def test_stays_where_no_run_fits(self, dashboard: Dashboard) -> None:
        shown = panel(dashboard("sample", faceted="1", facets="params.model", where="params.model = 'none'"))

        assert rows(shown["params.model"]) == {"boosting": 6, "forest": 6, "none": 0}

    def test_of_keys_that_are_none_is_the_usual_one(self, dashboard: Dashboard) -> None:
        assert "status" in panel(dashboard("sample", faceted="1", facets="params.none,''',tags.,1"))

    def test_of_a_hostile_store_is_text(self, dashboard: Dashboard) -> None:
        at = dashboard("hostile", faceted="1", facets='params.formula,datasets.name,metrics."no",duration_s')

        assert [e.value for e in at.exception] == []
        assert [row["title"] for row in panel(at)["datasets.name"]["values"]] == [MARKUP]


class TestWhatTheBrowserGets:
    def test_holds_no_text_of_the_store_but_to_be_shown(self) -> None:
        from builders import a_lake, a_run

        value = "\u202ereversed" + "x" * 500
        (facet,) = facets(a_lake(a_run(params={"model": value})), "", [MODEL])
        values: dict[str, Any] = {}
        (row,) = facet_rows.prepared(facet, values)["values"]

        assert row["label"].startswith("\\u202ereversed")
        assert (len(row["label"]), len(row["title"]), len(row["id"])) == (64, 300, 16)
        assert values == {row["id"]: Text(value)}

    def test_marks_the_bars_of_the_chosen_range(self) -> None:
        from builders import a_lake, a_run

        lake = a_lake(*(a_run(f"r{n}", metrics={"loss": [float(n)]}) for n in range(20)))
        (facet,) = facets(lake, "metrics.loss BETWEEN 3 AND 5", [Field(FieldKind.METRIC, "loss")])
        made = facet_rows.prepared(facet, {})

        assert [one["low"] for one in made["bins"] if one["on"]] == ["3", "4", "5"]
        assert (made["low"], made["high"], made["chosen"]) == ("3", "5", True)


class TestChoosing:
    @pytest.mark.parametrize(
        ("choice", "value", "expected"),
        [
            (Choice(), Text("a"), Choice((Text("a"),))),
            (Choice((Text("a"),)), Text("b"), Choice((Text("a"), Text("b")))),
            (Choice((Text("a"), Text("b"))), Text("a"), Choice((Text("b"),))),
            (Choice(written=True), Number(1.0), Choice((Number(1.0),))),
        ],
    )
    def test_a_value_turns_it(self, choice: Choice, value: Text | Number, expected: Choice) -> None:
        assert choosing.with_value(choice, value) == expected

    @pytest.mark.parametrize(
        ("low", "high", "expected"),
        [
            ("1", None, Choice(low=1.0)),
            (None, "2e3", Choice(high=2000.0)),
            ("3", "1", Choice(low=1.0, high=3.0)),
            ("", "nan", Choice()),
            ("inf", "x", Choice()),
        ],
    )
    def test_a_range_takes_what_is_a_number(self, low: object, high: object, expected: Choice) -> None:
        assert choosing.with_range(Choice(), low, high) == expected


class TestWhatIsNotWritten:
    def test_is_one_click_away_and_one_back(self, dashboard: Dashboard) -> None:
        at = dashboard("sample")
        pills = at.button_group(key="runs.unwritten")
        said = [option.content.partition("[")[2].rstrip("]") for option in pills.proto.options]
        assert said == ["10 without conclusion", "10 without hypothesis"]

        at = pills.set_value(["conclusion"]).run()
        assert at.session_state["runs.where"] == "conclusion IS NULL OR conclusion = ''"
        assert len(at.dataframe[0].value) == 10

        at = at.button_group(key="runs.unwritten").set_value([]).run()
        assert (at.session_state["runs.where"], len(at.dataframe[0].value)) == ("", 12)

    def test_follows_the_box(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", where="hypothesis IS NULL OR hypothesis = ''")

        assert at.button_group(key="runs.unwritten").value == ["hypothesis"]


class TestAnAnswer:
    def test_is_small_and_shows_what_would_reorder_it(
        self, dashboard: Dashboard, stores: dict[str, str], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        store = str(tmp_path_factory.mktemp("keys") / "store")
        params: dict[str, Any] = {f"layer_{n:04d}/size": n for n in range(5000)}
        with runlake.start_run("keys", params=params | {"odd \u202e": 1}, store=store, capture=False):
            pass
        stores["keys"] = store
        at = dashboard("keys", where="")
        assert [e.value for e in at.exception] == []

        from runlake.query.completion import complete

        lake = runlake.open_lake(store)
        offer = complete("params.l", 8, known=lake.keys(), values=lambda _: ())
        assert (len(offer.items), offer.is_whole) == (50, False)
        odd = complete("params.odd", 10, known=lake.keys(), values=lambda _: ()).items[0]
        assert filter_box.shown(odd) == ['params."odd \u202e" ', "param", 'params."odd \\u202e" ']
        assert sum(len(part.proto.json) for part in at.get("bidi_component")) < 4_000


class TestTheDataColumn:
    def test_says_what_a_run_used(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", sort="name", asc="1", limit="1")

        assert at.dataframe[0].value["data"].to_list() == ["holdout (0123456), mails (v1)"]

    def test_is_in_none_where_no_run_used_any(self, dashboard: Dashboard) -> None:
        assert state.RUNS_FACETED.default is False
        assert "data" not in dashboard("hostile", show="Metrics").dataframe[0].value.columns


class TestThePageOfDataSets:
    def test_lists_them(self, dashboard: Dashboard) -> None:
        shown = dashboard("sample", "dataset").dataframe[0].value

        assert pl.from_pandas(shown[["name", "versions", "runs"]]).rows() == [("holdout", 1, 12), ("mails", 2, 12)]

    def test_shows_versions_and_the_runs_of_one(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", "dataset", name="mails", version="v2")

        versions, runs = (frame.value for frame in at.dataframe)
        assert pl.from_pandas(versions[["short", "roles", "runs"]]).rows() == [("v2", "train", 6), ("v1", "train", 6)]
        assert sorted(runs["name"]) == sorted(f"train_{('forest', 'boosting')[n % 2]}_v{n}" for n in range(6, 12))
        assert set(runs["used"]) == {"train v2"}

    def test_goes_back_from_a_version_to_all(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", "dataset", name="mails", version="v2")
        assert len(at.dataframe[1].value) == 6

        at.button(key="data.version.clear").click().run()
        assert len(at.dataframe[1].value) == 12
        assert "**12 runs used any version**" in [text.value for text in at.markdown]

    def test_chooses_its_runs(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", "dataset", name="mails", version="v2")
        at = at.button(key="data.choose").click().run()

        assert len(at.session_state["shared.runs"]) == 6

    def test_leads_to_the_runs_page(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", "dataset", name="mails", version="v2").button(key="data.to_runs").click().run()

        assert at.session_state["runs.where"] == "datasets.mails.version = 'v2'"
        assert len(at.dataframe[0].value) == 6

    @pytest.mark.parametrize("store", ["empty", "sample"])
    def test_says_where_there_is_nothing(self, dashboard: Dashboard, store: str) -> None:
        at = dashboard(store, "dataset", name="no *such* set")

        assert [e.value for e in at.exception] == []
        assert not at.dataframe

    def test_of_a_hostile_store_reads_no_name_as_markdown(self, dashboard: Dashboard) -> None:
        at = dashboard("hostile", "dataset", name=MARKUP)

        assert at.dataframe[0].value["short"].to_list() == [f"{MARKUP[:19]}…"]
        assert "](http" not in at.subheader[0].value

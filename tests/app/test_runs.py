from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard


def names(at: AppTest) -> list[str]:
    return list(at.dataframe[0].value["name"])


def columns(at: AppTest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(at.dataframe[0].proto.columns)
    return found


def heading(at: AppTest) -> str:
    return str(at.caption[0].value)


class TestTheRunsPage:
    def test_lists_all_runs_the_newest_first(self, dashboard: Dashboard) -> None:
        at = dashboard("sample")

        assert heading(at) == "12"
        assert names(at) == [f"train_{('forest', 'boosting')[n % 2]}_v{n}" for n in reversed(range(12))]

    def test_shows_the_metrics_that_most_runs_have_and_the_course_of_one(self, dashboard: Dashboard) -> None:
        columns = list(dashboard("sample").dataframe[0].value.columns)

        assert columns == [
            *("name", "status", "experiment", "user", "started_at", "duration_s"),
            *("metrics.val/f1", "curve:val/f1", "metrics.loss", "summary.test/f1", "data"),
        ]

    def test_counts_by_status(self, dashboard: Dashboard) -> None:
        options = [option.content for option in dashboard("sample").button_group[0].proto.options]

        counted = [text.partition("[")[2].rstrip("]") for text in options]
        assert counted == ["0 running", "11 finished", "1 failed", "0 killed"]

    def test_has_what_params_are_numbers_as_numbers(self, dashboard: Dashboard) -> None:
        shown = dashboard("sample", show="Params").dataframe[0].value

        assert shown["params.depth"].dtype.kind == "f"
        assert list(shown["params.model"][:2]) == ["boosting", "forest"]

    def test_has_the_exact_time_of_the_start_in_the_readers_zone(self, dashboard: Dashboard) -> None:
        started = columns(dashboard("sample"))["started_at"]

        assert started["type_config"]["format"] == "YYYY-MM-DD HH:mm:ss"
        assert started["help"] == "In the time zone UTC."


class TestFilters:
    def test_of_the_box_and_of_the_widgets_are_joined_and_shown(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", where="params.depth >= 4", status="finished", user="ana,bo", experiment="fraud")

        assert names(at) == [f"train_{('forest', 'boosting')[n % 2]}_v{n}" for n in (10, 9, 7, 6, 4)]
        assert at.code[0].value == (
            "experiment UNDER 'fraud' AND user IN ('ana', 'bo') AND status IN ('finished') AND params.depth >= 4"
        )
        assert heading(at) == "5 of 12"

    def test_of_an_aspect_of_a_metric_show_it(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", where="metrics.loss.max > 0.9 AND metrics.loss.mean < 1")

        assert set(at.dataframe[0].value["metrics.loss.max"]) == {1.0}
        assert columns(at)["metrics.loss.mean"]["help"] == "metric: metrics\\.loss\\.mean"

    def test_search_names(self, dashboard: Dashboard) -> None:
        at = dashboard("sample").text_input(key="runs.q").set_value("V11").run()

        assert names(at) == ["train_boosting_v11"]

    def test_of_each_widget_narrow_the_table(self, dashboard: Dashboard) -> None:
        at = dashboard("sample")
        at.button_group(key="runs.status").set_value(["failed"]).run()
        assert (names(at), heading(at)) == (["train_boosting_v5"], "1 of 12")

        at.button_group(key="runs.status").set_value([])
        at.multiselect(key="runs.user").set_value(["bo"]).run()
        assert (set(at.dataframe[0].value["user"]), heading(at)) == ({"bo"}, "4 of 12")

        at.multiselect(key="runs.user").set_value([])
        at.selectbox(key="runs.experiment").set_value("fraud").run()
        found = at.dataframe[0].value["experiment"]
        assert (set(found), heading(at)) == ({"fraud/baseline", "fraud/tuning"}, "8 of 12")

    def test_that_do_not_parse_point_at_the_character(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", where="metrics.loss >> 1")

        assert at.code[0].value.splitlines()[1:] == ["  metrics.loss >> 1", "                ^"]
        assert not at.dataframe

    def test_that_fit_nothing_can_be_cleared(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", q="no such run", status="failed")
        assert not at.dataframe

        at.button(key="empty.Clear filters").click().run()

        assert heading(at) == "12"

    def test_that_name_what_no_run_has_say_so(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", where="metrics.none.max > 1 AND params.depth > 1")

        assert [text.value for text in at.text] == ["No run has metrics.none."]

    def test_bring_the_columns_that_they_speak_of(self, dashboard: Dashboard) -> None:
        columns = list(dashboard("sample", where="params.depth >= 4", sort="params.lr.max").dataframe[0].value.columns)

        assert columns[6:8] == ["params.lr.max", "params.depth"]

    @pytest.mark.parametrize("where", ["name = '\u2028'", "name = '" + "x" * 7000 + "'", "a" * 9000, "\\", "'"])
    def test_of_any_text_do_no_harm(self, dashboard: Dashboard, where: str) -> None:
        assert [e.value for e in dashboard("sample", where=where).exception] == []


class TestTheOrder:
    def test_is_that_of_the_link(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", sort="params.lr.max", asc="1")

        assert names(at)[0] == "train_boosting_v11"

    def test_is_by_what_is_chosen(self, dashboard: Dashboard) -> None:
        at = dashboard("sample").selectbox(key="runs.sort").set_value("params.lr.max").run()
        assert list(at.dataframe[0].value["params.lr.max"]) == sorted((10.0**-n for n in range(12)), reverse=True)

        at.selectbox(key="runs.sort").set_value("name").run()
        assert names(at) == sorted(names(at), reverse=True)

    def test_turns(self, dashboard: Dashboard) -> None:
        at = dashboard("sample").button(key="runs.turn").click().run()

        assert names(at)[0] == "train_forest_v0"

    @pytest.mark.parametrize(
        ("query", "heading"),
        [({}, "Started ↓"), ({"sort": "name", "asc": "1"}, "Run ↑"), ({"sort": "duration_s"}, "Duration ↓")],
    )
    def test_is_shown_in_its_heading(self, dashboard: Dashboard, query: dict[str, str], heading: str) -> None:
        labels = [column.get("label") for column in columns(dashboard("sample", **query)).values()]

        assert [label for label in labels if label and label[-1] in "↑↓"] == [heading]

    def test_says_what_a_heading_sorts_where_not_all_runs_are_shown(self, dashboard: Dashboard) -> None:
        said = [caption.value for caption in dashboard("sample", limit="5").caption]

        assert (
            "The first 5 of 12 in this order. A click on a heading sorts all of them; its menu sorts only these."
            in said
        )

    def test_goes_on_where_the_table_ends_on_a_click(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", limit="2")
        first, every = names(at), [f"train_{('forest', 'boosting')[n % 2]}_v{n}" for n in reversed(range(12))]
        at.button(key="runs.more").click().run()
        assert (first, names(at)) == (every[:2], every[:10])

        at.button(key="runs.more").click().run()
        assert names(at) == every
        assert "runs.more" not in {button.key for button in at.button}

    @pytest.mark.parametrize("show", ["Summary", "Params", "Metrics", "All"])
    def test_by_the_greatest_of_a_metric_shows_it(self, dashboard: Dashboard, show: str) -> None:
        at = dashboard("sample", sort="metrics.val/f1.max", show=show)

        greatest = list(at.dataframe[0].value["metrics.val/f1.max"])
        assert greatest == sorted(greatest, reverse=True)
        assert (columns(at)["metrics.val/f1.max"]["label"], names(at)[0]) == ("val/f1.max ↓", "train_forest_v0")

    def test_of_a_column_that_is_not_there_is_the_usual_one(self, dashboard: Dashboard) -> None:
        assert names(dashboard("sample", sort="metrics.none"))[0] == "train_boosting_v11"


class TestColumnsOfOnesOwn:
    def test_stand_in_their_order(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", show="Custom", columns="metrics.loss,params.lr.max,user,metrics.none")

        assert list(at.dataframe[0].value.columns) == ["name", "metrics.loss", "params.lr.max", "user"]

    def test_are_those_of_the_summary_before_any_is_chosen(self, dashboard: Dashboard) -> None:
        own, summary = (list(dashboard("sample", show=s).dataframe[0].value.columns) for s in ("Custom", "Summary"))

        assert own == summary

    def test_beyond_sixty_are_counted(self, dashboard: Dashboard) -> None:
        at = dashboard("hostile", show="All")

        assert len(at.dataframe[0].value.columns) == 61
        assert any("columns do not fit" in c.value for c in at.caption)


class TestTheBasket:
    def test_comes_from_the_link_in_its_order_without_what_is_not_there(self, dashboard: Dashboard) -> None:
        at = dashboard("sample")
        ids = list(at.session_state["runs.shown"])

        linked = dashboard("sample", runs=f"{ids[3]},{ids[1]},no-such-run")

        assert linked.multiselect(key="basket.chips").value == [ids[3], ids[1]]
        assert linked.session_state["runs.grid"]["selection"]["rows"] == [1, 3]

    def test_keeps_its_runs_when_a_filter_hides_them(self, dashboard: Dashboard) -> None:
        first = dashboard("sample").session_state["runs.shown"][0]

        at = dashboard("sample", runs=first, status="failed")

        assert at.multiselect(key="basket.chips").value == [first]
        assert at.session_state["runs.grid"]["selection"]["rows"] == []

    def test_loses_the_run_whose_chip_is_taken_away(self, dashboard: Dashboard) -> None:
        ids = list(dashboard("sample").session_state["runs.shown"])
        at = dashboard("sample", runs=",".join(ids[:3]))
        at.multiselect(key="basket.chips").set_value([ids[0], ids[2]]).run()

        assert at.session_state["runs.grid"]["selection"]["rows"] == [0, 2]
        assert at.button(key="basket.compare").label == "**Compare 2**"

    def test_leads_to_the_comparison_and_to_the_evaluation(self, dashboard: Dashboard) -> None:
        ids = list(dashboard("sample").session_state["runs.shown"])
        for button in ("compare", "evaluate"):
            at = dashboard("sample", runs=",".join(ids[:2])).button(key=f"basket.{button}").click().run()

            assert (at.session_state["frame.page"], at.session_state["shared.runs"]) == (button, ids[:2])
            assert not at.exception

    def test_is_empty_at_first(self, dashboard: Dashboard) -> None:
        assert dashboard("sample").button(key="basket.compare").disabled


class TestAnEmptyStore:
    def test_says_what_to_type(self, dashboard: Dashboard) -> None:
        at = dashboard("empty")

        assert "No runs yet" in at.markdown[1].value
        assert "runlake.start_run" in at.code[0].value


class TestLookingBack:
    def test_is_said(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", as_of="2020-01-01T00:00:00+00:00")

        assert any("what the tables held then" in c.value for c in at.caption)
        assert not at.dataframe

    def test_to_before_the_store_began_says_when_it_did(self, dashboard: Dashboard) -> None:
        said = [text.value for text in dashboard("sample", as_of="2020-01-01T00:00:00+00:00").text]

        assert re.fullmatch(r"The store's first commit is of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(UTC\)\.", said[0])
        assert said[1] == "What counts is when runs came into the tables, which may be after they started."

    def test_to_where_there_is_nothing_ends_on_a_click(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", as_of="2020-01-01T00:00:00+00:00").button(key="empty.Back to now").click().run()

        assert (heading(at), len(names(at))) == ("12", 12)

    def test_goes_to_a_moment_that_is_typed_in_the_zone_of_the_reader(self, dashboard: Dashboard) -> None:
        at = dashboard("sample")
        at.datetime_input(key="frame.look_back").set_value(datetime(2020, 1, 31, 12, 30))  # noqa: DTZ001  # as the widget gives it
        at.button(key="frame.back").click().run()

        assert at.session_state["shared.as_of"] == "2020-01-31T12:30:00+00:00"
        assert at.caption[0].value.startswith("This is what the tables held then")

    @pytest.mark.parametrize(("words", "hours"), [("An hour ago", 1), ("Yesterday", 24), ("A week ago", 168)])
    def test_goes_to_one_of_the_usual_moments(self, dashboard: Dashboard, words: str, hours: int) -> None:
        at = dashboard("sample").button(key=f"frame.back.{words}").click().run()

        ago = datetime.now(UTC) - datetime.fromisoformat(at.session_state["shared.as_of"])
        assert timedelta(hours=hours) <= ago < timedelta(hours=hours, minutes=5)

    def test_ends_on_a_click(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", as_of="2020-01-01T00:00:00+00:00").button(key="frame.now").click().run()

        assert heading(at) == "12"


class TestACorruptStore:
    def test_is_a_finding_with_what_to_do(self, dashboard: Dashboard, stores: dict[str, str]) -> None:
        from pathlib import Path
        from shutil import copytree

        broken = stores["sample"] + "-broken"
        copytree(stores["sample"], broken)
        for data in Path(broken, "runs").glob("*.parquet"):
            data.write_bytes(b"PAR1 nothing PAR1")
        stores["broken"] = broken

        at = dashboard("broken")

        assert [e.value for e in at.exception] == []
        assert any("The store could not be read." in m.value for m in at.markdown)
        assert any("runlake doctor" in c.value for c in at.code)

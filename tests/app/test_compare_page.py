from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import runlake
import state
from app import logged
from app.test_run_page import as_markdown, curves, tables, titles
from runlake.figures.theme import PALETTE
from runlake.store.ingest import drain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard
    from app.logged import Logged


@pytest.fixture(scope="module")
def runs(stores: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    folder = tmp_path_factory.mktemp("compare_page")
    stores["compared"] = str(folder / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", str(folder / "journals"))
        patch.setenv("RUNLAKE_INGESTER", "off")
        made = logged.log(stores["compared"], folder)
        yield made
        made.running.finish()


@pytest.fixture
def page(dashboard: Dashboard, runs: Logged, stores: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def open_page(*run_ids: str, **query: str) -> AppTest:
        monkeypatch.setenv("RUNLAKE_JOURNAL", stores["compared"].replace("/store", "/journals"))
        return _opened(dashboard, "compared", run_ids, query)

    return open_page


@pytest.fixture(scope="module")
def many(stores: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    folder = tmp_path_factory.mktemp("many")
    stores["many"] = str(folder / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", str(folder / "journals"))
        patch.setenv("RUNLAKE_INGESTER", "off")
        made = []
        for number in range(26):
            params = {"depth": number % 3, "data/random_state": number}
            with runlake.start_run("many", f"run {number}", params=params, store=stores["many"], capture=False) as run:
                run.log({"loss": number}, step=0)
                if number < 25:
                    run.log({"loss": number + 1}, step=1)
            made.append(run.id)
        drain(stores["many"])
        yield made


def _opened(dashboard: Dashboard, store: str, run_ids: tuple[str, ...], query: dict[str, str]) -> AppTest:
    """Open the page; the basket is shared by all pages, so it is what the session holds."""
    at = dashboard(store, "compare", **query)
    at.session_state["shared.runs"] = list(run_ids)
    return at.run()


def differences(at: AppTest) -> dict[tuple[str, str], list[str | None]]:
    """The table of differences: section and field to the texts of the runs, in their order."""
    found = next(table for table in tables(at) if "field" in table)
    columns = [
        [text if isinstance(text, str) else None for text in found[name]]
        for name in found
        if name not in ("section", "field")
    ]
    rows = zip(found["section"], found["field"], zip(*columns, strict=True), strict=True)
    return {(section, field): list(row) for section, field, row in rows}


def legend(at: AppTest) -> dict[str, list[Any]]:
    return next(table for table in tables(at) if "reference" in table)


def colours(at: AppTest) -> dict[str, str]:
    return {trace["name"]: trace["line"]["color"] for chart in curves(at) for trace in chart["data"] if "line" in trace}


def grouped(dashboard: Dashboard, run_ids: list[str], by: str, **query: str) -> Any:
    """Open the page grouped; what all pages share is what the session holds."""
    at = dashboard("many", "compare", **query)
    at.session_state["shared.runs"] = list(run_ids)
    at.session_state["shared.grouped"] = by
    return at.run()


def group_table(at: AppTest) -> dict[str, list[Any]]:
    return next(table for table in tables(at) if "group" in table)


def said(at: AppTest, text: str) -> bool:
    return any(text in caption.value for caption in at.caption)


def numbers(encoded: dict[str, str]) -> list[float]:
    """Decode a typed array of a figure."""
    return [float(one) for one in np.frombuffer(base64.b64decode(encoded["bdata"]), dtype=encoded["dtype"])]


class TestNoRuns:
    @pytest.mark.parametrize("store", ["empty", "sample", "hostile"])
    def test_lead_back_to_the_runs(self, dashboard: Dashboard, store: str) -> None:
        at = dashboard(store, "compare")

        assert not at.exception
        assert "**No runs are chosen. Tick some on the Runs page, or add one here.**" in as_markdown(at)

    def test_that_are_known_are_the_same(self, page: Any) -> None:
        at = page("not-a-run-at-all")

        assert not at.exception
        assert at.session_state["shared.runs"] == []
        assert [toast.value for toast in at.toast] == ["1 of the chosen runs is not in this store."]


class TestOneRun:
    def test_is_shown_and_asks_for_another(self, page: Any, runs: Logged) -> None:
        at = page(runs.full)

        assert titles(at) == ["<b>val/loss</b>"]
        assert "Add a second run to see how they differ." in [text.value for text in at.caption]


class TestSeveralRuns:
    def test_keep_their_colour_by_their_place(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, runs.child, metrics="loss")

        assert colours(at) == {"root": PALETTE[0], "leaf": PALETTE[1]}
        assert legend(at)["run"] == [["root"], ["leaf"]]
        assert legend(at)["reference"] == ["★", "☆"]
        assert legend(at)["value"] == ["NaN", "0.125"]

    def test_are_told_apart_by_what_tells_them_apart(self, page: Any, runs: Logged) -> None:
        assert legend(page(runs.full, runs.child))["param.depth"] == ["7", "3"]

    def test_of_one_name_carry_their_short_id(self, page: Any, runs: Logged) -> None:
        labels = [label for (label,) in legend(page(runs.hostile, runs.twin))["run"]]

        assert labels[0].endswith(runs.hostile[-8:])
        assert labels[1].endswith(runs.twin[-8:])

    def test_are_drawn_in_a_panel_per_metric(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, runs.child, metrics="loss,val/loss,not/there")

        assert titles(at) == ["<b>loss</b>", "<b>val/loss</b>"]
        at.get_by_key("compare.metrics").set_value(["lr"]).run()
        assert titles(at) == ["<b>lr</b>"]
        assert "Runs without this metric – lr: 1" in [text.value for text in at.caption]

    def test_change_with_the_controls(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, runs.child)

        at.get_by_key("compare.x").set_value("relative").run()
        assert curves(at)[0]["layout"]["xaxis"]["title"]["text"].endswith(" since the start")
        at.get_by_key("compare.logy").set_value(True).run()
        assert curves(at)[0]["layout"]["yaxis"]["type"] == "log"
        at.get_by_key("compare.logx").set_value(True).run()
        assert curves(at)[0]["layout"]["xaxis"]["type"] == "log"

    def test_of_which_one_goes_on_keep_their_place_on_the_page(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, runs.running.id)

        assert (len(at.get("plotly_chart")), len(at.get("echarts_chart"))) == (0, 1)

    def test_can_be_added_and_all_taken_away(self, page: Any, runs: Logged) -> None:
        at = page(runs.full)

        at.get_by_key("compare.add").set_value(runs.child).run()
        assert at.session_state["shared.runs"] == [runs.full, runs.child]
        at.get_by_key("compare.clear").click().run()
        assert at.session_state["shared.runs"] == []


class TestTheSections:
    def test_are_all_seen_at_once_to_begin_with(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, runs.child)

        assert at.get_by_key("compare.view").value == "Overview"
        assert (len(curves(at)), "depth" in [field for _, field in differences(at)]) == (1, True)

    def test_are_seen_alone_where_the_reader_or_a_link_says_so(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, runs.child, view="Differences")
        assert (len(curves(at)), len(tables(at))) == (0, 1)

        at.get_by_key("compare.view").set_value("Curves").run()
        assert (len(curves(at)), len(tables(at))) == (1, 1)
        assert "reference" in tables(at)[0]

    def test_that_do_not_exist_are_the_first(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, runs.child, view="<b>Nothing</b>")

        assert not at.exception
        assert at.get_by_key("compare.view").value == "Overview"


class TestTheDifferences:
    def test_are_rows_that_differ_with_the_change_in_numbers(self, page: Any, runs: Logged) -> None:
        found = differences(page(runs.full, runs.child))

        assert found["Parameters", "depth"] == ["7", "3 (−4, −57.1 %)"]
        assert found["Parameters", "model"] == ["forest", None]
        assert found["Tags", "stage"] == ["dev", None]
        assert ("Run", "Experiment") not in found

    def test_show_equal_rows_on_demand(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, runs.child)

        at.get_by_key("compare.all").set_value(True).run()
        assert differences(at)["Run", "Experiment"] == ["wine/forest", "wine/forest"]

    def test_tell_text_from_number(self, page: Any, runs: Logged) -> None:
        assert differences(page(runs.full, runs.failed))["Parameters", "depth"] == ["7", "7 (str)"]

    def test_are_against_the_first_run(self, page: Any, runs: Logged) -> None:
        assert differences(page(runs.child, runs.full))["Parameters", "depth"] == ["3", "7 (+4, +133 %)"]

    def test_can_be_searched_and_narrowed_to_a_section(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, runs.child)

        at.get_by_key("compare.q").set_value("depth").run()
        assert list(differences(at)) == [("Parameters", "depth")]
        at.get_by_key("compare.q").set_value("").run()
        at.get_by_key("compare.section").set_value("Tags").run()
        assert {section for section, _ in differences(at)} == {"Tags"}

    def test_of_equal_runs_are_said_to_be_none(self, page: Any, runs: Logged) -> None:
        at = page(runs.hostile, runs.twin, q="nothing like this")

        assert not at.exception
        assert "Nothing matches." in [text.value for text in at.caption]


class TestHostileRuns:
    def test_are_read_as_text_everywhere(self, page: Any, runs: Logged) -> None:
        at = page(runs.hostile, runs.twin, runs.failed)

        assert not at.exception
        said = "\n".join(as_markdown(at))
        assert "](http" not in said.replace("\\", "\0")
        assert all("<i" not in trace["name"] for chart in curves(at) for trace in chart["data"])


class TestManyRuns:
    def test_have_a_look_each_where_there_is_one_and_are_a_crowd_beyond(
        self, many: list[str], dashboard: Dashboard
    ) -> None:
        at = grouped(dashboard, many, "none")

        (chart,) = curves(at)
        looks = {
            (t["line"]["color"], t["line"]["dash"]) for t in chart["data"] if t["name"] != "run" and "dash" in t["line"]
        }
        quiet = [t for t in chart["data"] if t["name"] == "run"]
        assert (len(looks), len(quiet)) == (state.AT_HAND, 1)
        assert said(at, "The first 24 runs have a colour each, the other 2 are grey")

    def test_are_listed_with_their_place_and_searched(self, many: list[str], dashboard: Dashboard) -> None:
        at = grouped(dashboard, many, "none")
        assert list(legend(at)["number"]) == list(range(1, 27))

        at.get_by_key("compare.find").set_value("/run (7|25)$/").run()
        assert list(legend(at)["number"]) == [8, 26]
        at.get_by_key("compare.find").set_value("nobody").run()
        assert said(at, "No run matches.")

    def test_are_lifted_out_by_a_link(self, many: list[str], dashboard: Dashboard) -> None:
        at = grouped(dashboard, many, "none", lifted=many[25][-12:])

        names = [trace["name"] for trace in curves(at)[0]["data"]]
        assert "run 25" in names

    def test_are_compared_up_to_a_limit_and_the_page_says_so(self, dashboard: Dashboard, many: list[str]) -> None:
        at = dashboard("many", "compare", runs=",".join(f"nobody-{n:04d}" for n in range(state.BASKET_SIZE + 1)))
        at.session_state["shared.runs"] = many

        assert at.session_state["chosen.asked"] == state.BASKET_SIZE + 1

    def test_have_differences_by_field(self, many: list[str], dashboard: Dashboard) -> None:
        at = _opened(dashboard, "many", tuple(many), {"view": "Differences", "q": "depth"})

        (table,) = tables(at)
        assert {name: values[0] for name, values in table.items()} == {
            "section": "Parameters", "field": "depth", "distinct": "3", "common": "0", "share": "9 of 26",
            "reference": "0", "range": "0 to 2", "absent": "",
        }  # fmt: skip

    def test_are_grouped_and_drawn_as_the_controls_say(self, many: list[str], dashboard: Dashboard) -> None:
        at = grouped(dashboard, many, "none")
        at.get_by_key("shared.grouped.shown").set_value("params.depth").run()
        assert group_table(at)["n"] == [9, 9, 8]

        at.get_by_key("compare.center").set_value("median").run()
        assert list(group_table(at)["center"]) == [13.0, 14.0, 13.5]  # of 1, 4 … 25; of 2, 5 … 23 and 25; of 3, 6 … 24

        at.get_by_key("compare.band").set_value("range").run()
        band = next(t for t in curves(at)[0]["data"] if t["name"] == "depth = 0" and t.get("fill") == "toself")
        assert (min(numbers(band["y"])), max(numbers(band["y"]))) == (0.0, 25.0)

        def behind() -> dict[str, set[float]]:
            """The places of the runs that are a thin line of their own, by their group."""
            thin = [t for t in curves(at)[0]["data"] if t.get("hovertemplate", "").startswith("#")]
            return {t["name"]: set(numbers(t["customdata"])) for t in thin}

        assert behind() == {}
        at.get_by_key("compare.single").set_value(True).run()
        assert behind() == {f"depth = {depth}": set(range(depth + 1, 27, 3)) for depth in range(3)}

    def test_of_one_group_give_way_to_all_of_them(self, many: list[str], dashboard: Dashboard) -> None:
        at = grouped(dashboard, many, "params.depth", open="depth = 2")
        at.get_by_key("compare.list.all").click().run()

        assert list(legend(at)["number"]) == list(range(1, 27))


class TestGroups:
    """Runs 0 to 25 have depth 0, 1, 2 in turn; run n logs the loss n at step 0 and n + 1 at step 1, the last one no more."""

    def test_are_a_line_in_a_band_each_with_how_many_runs_it_stands_for(
        self, many: list[str], dashboard: Dashboard
    ) -> None:
        at = grouped(dashboard, many, "params.depth")

        table = group_table(at)
        assert table["group"] == [["depth = 0"], ["depth = 1"], ["depth = 2"]]
        assert table["n"] == [9, 9, 8]
        mean = next(t for t in curves(at)[0]["data"] if t["name"] == "depth = 0" and "fill" not in t)
        assert numbers(mean["y"]) == [12.0, 13.0]  # 0, 3, ... 24

    def test_have_the_colour_that_their_runs_have_in_the_list(self, many: list[str], dashboard: Dashboard) -> None:
        at = grouped(dashboard, many, "params.depth")
        config = json.loads(next(t.proto.columns for t in at.dataframe if "number" in t.value.columns))

        assert config["run"]["type_config"]["options"][1]["color"] == PALETTE[1]

    def test_say_where_not_all_runs_are(self, many: list[str], dashboard: Dashboard) -> None:
        at = grouped(dashboard, many, "params.depth")

        dashed = [t for t in curves(at)[0]["data"] if t.get("line", {}).get("dash") == "4px,3px"]
        assert [(t["name"], t["hovertemplate"].rpartition(" of ")[2]) for t in dashed] == [("depth = 1", "9 runs")]
        assert said(at, "Paler and dashed: not all runs of the group are there")

    def test_can_be_hidden_and_opened_by_a_link(self, many: list[str], dashboard: Dashboard) -> None:
        at = grouped(dashboard, many, "params.depth", hidden="depth = 0", open="depth = 2")

        names = [t["name"] for t in curves(at)[0]["data"]]
        assert "depth = 0" not in names
        assert list(legend(at)["number"]) == list(range(3, 27, 3))
        assert said(at, "8 of 26 runs of depth")

    def test_by_everything_but_the_seed_pass_over_seeds_and_say_which(
        self, many: list[str], dashboard: Dashboard
    ) -> None:
        at = grouped(dashboard, many, "seed")

        assert group_table(at)["group"] == [["depth=0"], ["depth=1"], ["depth=2"]]
        assert said(at, "equal in everything but data/random\\_state")

    def test_are_made_of_repeats_where_there_are_more_runs_than_looks(
        self, many: list[str], dashboard: Dashboard
    ) -> None:
        at = _opened(dashboard, "many", tuple(many), {})

        assert group_table(at)["n"] == [9, 9, 8]
        assert "shared.grouped" not in at.session_state  # nobody has chosen it

    @pytest.mark.parametrize("by", ["params.nothing", "<b>x</b>", "metrics.loss"])
    def test_by_what_is_not_there_are_none(self, many: list[str], dashboard: Dashboard, by: str) -> None:
        at = grouped(dashboard, many[:3], by)

        assert not at.exception
        assert at.get_by_key("shared.grouped.shown").value == "none"

    @pytest.mark.parametrize("x", ["relative", "time"])
    @pytest.mark.parametrize("band", ["deviation", "quartiles", "range", "none"])
    def test_are_drawn_over_time_in_any_way(self, many: list[str], dashboard: Dashboard, x: str, band: str) -> None:
        at = grouped(
            dashboard, many, "params.depth", x=x, band=band, center="median", smooth="10", logy="1", single="1"
        )

        assert not at.exception
        assert said(at, "Line: median")

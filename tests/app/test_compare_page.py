from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import runlake
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
            with runlake.start_run("many", store=stores["many"], capture=False) as run:
                run.log({"loss": number}, step=0)
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


class TestMoreRunsThanFit:
    def test_are_cut_and_the_page_says_so(self, dashboard: Dashboard, many: list[str]) -> None:
        at = dashboard("many", "compare", runs=",".join(many))
        at.session_state["shared.runs"] = many[:24]
        at.run()

        assert "The link names 26 runs; the first 24 are compared." in [text.value for text in at.caption]
        assert len(colours(at)) == 24

    def test_are_told_apart_by_dashes_where_colours_repeat(self, dashboard: Dashboard, many: list[str]) -> None:
        at = _opened(dashboard, "many", tuple(many[:24]), {})

        (chart,) = (json.loads(chart.proto.spec) for chart in at.get("plotly_chart"))
        looks = {(trace["line"]["color"], trace["line"]["dash"]) for trace in chart["data"]}
        assert len(looks) == 24

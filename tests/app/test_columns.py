"""Columns of the run table are the reader's: added, moved, pinned, hidden, and all of it in the link."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard

SUMMARY = ("status", "experiment", "user", "started_at", "duration_s", "metrics.val/f1", "curve:val/f1")


def names(at: AppTest) -> list[str]:
    assert not at.exception
    return list(at.dataframe[0].value.columns)


def config(at: AppTest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(at.dataframe[0].proto.columns)
    return found


def opened(at: AppTest) -> AppTest:
    at.session_state["runs.columns.menu"] = True
    return at.run()


class TestAnOrderOfOnesOwn:
    def test_has_what_is_pinned_at_the_left(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", pins="metrics.loss,user,params.none")

        assert names(at)[:5] == ["name", "metrics.loss", "user", "status", "experiment"]
        assert [name for name, one in config(at).items() if one.get("pinned")] == ["name", "metrics.loss", "user"]

    def test_comes_from_the_link_with_every_kind_of_column(self, dashboard: Dashboard) -> None:
        asked = [
            *("git_commit", "metrics.loss.min", "metrics.loss.max", "metrics.loss.mean", "metrics.loss.best"),
            *("curve:loss", "host", "tags.stage", "notes", "ended_at", "memory_bytes", "git_dirty", "summary.test/f1"),
        ]
        at = dashboard("sample", show="Custom", columns=",".join([*asked, "curve:none", "deleted", "metrics.none.min"]))

        assert names(at) == ["name", *asked]

    def test_is_sorted_by_any_of_them(self, dashboard: Dashboard) -> None:
        for column in ("ended_at", "git_commit", "git_dirty", "host", "notes", "conclusion", "memory_bytes"):
            at = dashboard("sample", show="Custom", columns=column, sort=column)

            assert "↓" in config(at)[column]["label"]

    def test_shows_what_is_known_of_the_code_as_words(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", show="Custom", columns="git_dirty,python_version,conclusion")

        labels = [config(at)[name]["label"] for name in ("git_dirty", "python_version", "conclusion")]
        assert labels == ["Uncommitted changes", "Python", "Conclusion"]


class TestTheMenuOfColumns:
    def test_lists_what_is_shown_in_its_order(self, dashboard: Dashboard) -> None:
        at = opened(dashboard("sample", pins="user"))

        grid = at.dataframe[0].value if "up" in at.dataframe[0].value.columns else at.dataframe[1].value
        assert list(grid["column"])[:3] == ["User", "Status", "Experiment"]
        assert list(grid["pin"])[:2] == [":material/keep_off:", ":material/keep:"]

    def test_chooses_a_set_of_columns(self, dashboard: Dashboard) -> None:
        at = opened(dashboard("sample"))
        at.button_group(key="runs.show").set_value("Params").run()
        assert {"params.model", "params.depth", "params.lr.max"} <= set(names_of_runs(at))

        at.button_group(key="runs.show").set_value("Metrics").run()
        assert not any(name.startswith("params.") for name in names_of_runs(at))
        assert {"metrics.val/f1", "metrics.loss"} <= set(names_of_runs(at))

    @pytest.mark.parametrize(
        ("added", "heading"),
        [
            ("curve:loss", "loss by step"),
            ("metrics.loss.min", "loss.min"),
            ("git_branch", "Branch"),
            ("tags.stage", "stage"),
        ],
    )
    def test_adds_any_column_at_the_end(self, dashboard: Dashboard, added: str, heading: str) -> None:
        at = opened(dashboard("sample"))
        at.selectbox(key="runs.columns.add").set_value(added).run()

        assert not at.exception
        assert at.session_state["runs.show"] == "Custom"
        table = next(one for one in at.dataframe if "name" in one.value.columns)
        assert table.value.columns[-1] == added
        assert json.loads(table.proto.columns)[added]["label"] == heading

    def test_offers_a_curve_and_each_number_of_every_metric(self, dashboard: Dashboard) -> None:
        options = opened(dashboard("sample")).selectbox(key="runs.columns.add").options

        for key in ("loss", "val/f1"):
            shown = [option for option in options if option.startswith(key)]
            assert f"{key} by step  (curve)" in shown or key == "val/f1"
            assert {f"{key}.{how}  (metric)" for how in ("min", "max", "mean", "first", "count", "best")} <= set(shown)

    def test_moves_pins_and_hides_what_its_buttons_are_beside(self, dashboard: Dashboard) -> None:
        at = opened(dashboard("sample"))
        for what, column in (("up", "user"), ("down", "status"), ("pin", "metrics.loss"), ("hide", "started_at")):
            pressed(at, what, column)

        assert names_of_runs(at)[:5] == ["name", "metrics.loss", "user", "status", "experiment"]
        assert "started_at" not in names_of_runs(at)
        assert at.session_state["runs.pins"] == ["metrics.loss"]


class TestCurves:
    def test_of_many_points_are_not_drawn_which_is_said(
        self, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from components.runs import run_table

        monkeypatch.setattr(run_table, "MOST_POINTS", 12 * 60 + 5)
        at = dashboard("sample", show="Custom", columns="curve:loss,curve:val/f1,user")

        assert names(at) == ["name", "curve:loss", "user"]
        assert any("Not drawn: the curves of val/f1" in c.value.replace("\\", "") for c in at.caption)

    def test_have_their_metric_in_the_heading_unless_it_stands_before_them(self, dashboard: Dashboard) -> None:
        at = dashboard("sample", show="Custom", columns="metrics.loss,curve:loss,curve:val/f1")

        assert [config(at)[f"curve:{key}"]["label"] for key in ("loss", "val/f1")] == ["by step", "val/f1 by step"]

    def test_of_nothing_finite_leave_their_column_out(self, dashboard: Dashboard) -> None:
        from app.made import MARKUP

        at = dashboard("hostile", show="Custom", columns=f"curve:m000 {MARKUP[:30]},user")

        assert names(at) == ["name", "user"]


def names_of_runs(at: AppTest) -> list[str]:
    return list(next(one for one in at.dataframe if "name" in one.value.columns).value.columns)


def pressed(at: AppTest, what: str, column: str) -> None:
    """Do what a click into the grid does, which only a browser can make."""
    from components.runs.column_editor import _DO
    from components.runs.column_order import Order

    listed = at.session_state["runs.columns.listed"]
    pins = tuple(at.session_state["runs.pins"]) if "runs.pins" in at.session_state else ()
    order = _DO[what](Order(listed, pins), column)
    at.session_state["runs.pins"] = list(order.pins)
    if what != "pin":
        at.session_state["runs.columns"] = list(order.shown)
        at.session_state["runs.show"] = "Custom"
    at.run()
    assert not at.exception

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from app import logged
from app.made import MARKUP
from runlake.actions import Details, edit_experiment, local_actor
from runlake.figures.theme import PALETTE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard
    from app.logged import Logged

VIEWS = (
    "Overview",
    "Curves",
    "Results",
    "Media",
    "Parameters",
    "Artifacts",
    "Environment",
    "Console",
    "System",
    "Events",
    "Lineage",
    "Reproduce",
)


@pytest.fixture(scope="module")
def runs(stores: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    folder: Path = tmp_path_factory.mktemp("run_page")
    stores["full"] = str(folder / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", str(folder / "journals"))
        patch.setenv("RUNLAKE_INGESTER", "off")
        made = logged.log(stores["full"], folder)
        yield made
        made.running.finish()


@pytest.fixture
def page(dashboard: Dashboard, runs: Logged, stores: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def open_page(run_id: str, **query: str) -> AppTest:
        # The live run's journal lies where it was started.
        monkeypatch.setenv("RUNLAKE_JOURNAL", str(stores["full"]).replace("/store", "/journals"))
        return dashboard("full", "run", id=run_id, **query)

    return open_page


def as_markdown(at: AppTest) -> list[str]:
    """Everything on the page that Streamlit reads as Markdown."""
    found = [str(element.value) for element in (*at.markdown, *at.caption, *at.subheader)]
    return found + [str(element.label) for element in (*at.button, *at.expander, *at.toggle)]


def texts(at: AppTest) -> list[str]:
    return [str(element.value) for element in at.text]


def tables(at: AppTest) -> list[dict[str, list[Any]]]:
    return [frame.value.to_dict("list") for frame in at.dataframe]


def curves(at: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]


def titles(at: AppTest) -> list[str]:
    return [note["text"] for chart in curves(at) for note in chart["layout"]["annotations"]]


def numbers(packed: Any) -> list[float]:
    """Numbers as Plotly writes them: a list, or bytes with their type."""
    if isinstance(packed, list):
        return packed
    return [round(float(value), 6) for value in np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"])]


def plain(title: str) -> str:
    """A title without the names of the lines behind it."""
    return title.partition("</b>")[0].removeprefix("<b>")


class TestALink:
    def test_without_a_run_leads_to_all_runs(self, page: Any) -> None:
        at = page("")

        assert "**No run is named. Open one from the Runs page.**" in as_markdown(at)

    def test_to_an_unknown_run_says_so(self, page: Any) -> None:
        at = page("0000-not-there")

        assert not at.exception
        assert "**There is no such run.**" in as_markdown(at)
        assert any("0000-not-there" in code.value for code in at.code)

    def test_to_several_runs_offers_each(self, page: Any) -> None:
        at = page(f"a/[b](http:evil.example)/<i>:{MARKUP}")

        assert not at.exception
        assert "**Several runs go by that name.**" in as_markdown(at)
        assert sum("a/[b](http:evil.example)/<i>" in text for text in texts(at)) == 2

    @pytest.mark.parametrize("cut", [slice(None), slice(-12, None), slice(0, 30)])
    def test_may_name_the_beginning_or_the_end_of_an_id(self, page: Any, runs: Logged, cut: slice) -> None:
        at = page(runs.child[cut] if cut.stop != 30 else runs.child[:35])

        assert [element.value for element in at.subheader] == ["leaf"]

    def test_may_name_experiment_and_name(self, page: Any) -> None:
        assert [element.value for element in page("wine/forest:root").subheader] == ["root"]


class TestEveryView:
    @pytest.mark.parametrize("view", VIEWS)
    @pytest.mark.parametrize("which", ["full", "failed", "running"])
    def test_opens_for_every_run(self, page: Any, runs: Logged, which: str, view: str) -> None:
        run = getattr(runs, which)
        at = page(run if isinstance(run, str) else run.id, view=view)

        assert [error.value for error in at.exception] == []
        assert at.get_by_key("run.view").value == view

    @pytest.mark.parametrize("view", VIEWS)
    def test_reads_nothing_of_a_hostile_run_as_markdown(self, page: Any, runs: Logged, view: str) -> None:
        at = page(runs.hostile, view=view)

        said = "\n".join(as_markdown(at))
        assert "](http" not in said.replace("\\", "\0")
        assert MARKUP not in said
        assert not at.get("html")
        assert not at.get("iframe")

    def test_that_nobody_knows_is_the_overview(self, page: Any, runs: Logged) -> None:
        assert page(runs.full, view="Nonsense").get_by_key("run.view").value == "Overview"


class TestTheHead:
    def test_says_what_is_known_and_what_is_not(self, page: Any, runs: Logged) -> None:
        at = page(runs.full)

        assert f"`{runs.full[-8:]}`" in as_markdown(at)
        assert any(text.endswith("(login)") or "(" in text for text in texts(at))
        assert "not recorded" in texts(at)

    def test_marks_a_run_that_goes_on_as_live(self, page: Any, runs: Logged) -> None:
        at = page(runs.running.id)

        assert any("badge[:material/sensors: live · " in text for text in as_markdown(at))
        assert "still running" in texts(at)

    def test_puts_the_run_into_the_comparison_and_takes_it_out(self, page: Any, runs: Logged) -> None:
        at = page(runs.full)

        at.get_by_key("run.basket").click().run()
        assert at.session_state["shared.runs"] == [runs.full]

        at.get_by_key("run.basket").click().run()
        assert at.session_state["shared.runs"] == []

    def test_leads_to_the_run_that_it_is_nested_in(self, page: Any, runs: Logged) -> None:
        assert page(runs.child).get_by_key("run.parent").label == "nested in root"


class TestTheOverview:
    def test_tells_the_story_as_it_was_written(self, page: Any, runs: Logged) -> None:
        said = texts(page(runs.full))

        story = ["Deeper is better.", "AUC above 0.9", "It is.", "Written *down*."]
        assert [text for text in said if text in story] == story

    def test_shows_held_out_data_first(self, page: Any, runs: Logged) -> None:
        assert [plain(title) for title in titles(page(runs.full))] == ["loss", "lr"]

    def test_lists_results_params_and_nested_runs(self, page: Any, runs: Logged) -> None:
        at = page(runs.full)
        results, nested = _by_column(at, "how", "started")
        params = next(table for table in tables(at) if list(table) == ["key", "value"])

        assert (results["key"][:2], results["value"][:2]) == (["auc", "verdict"], ["0.91", "keep"])
        assert dict(zip(params["key"], params["value"], strict=True)) == {
            "depth": "7",
            "model": "forest",
            "rate": "0.5",
        }
        assert nested["name"] == ["leaf"]


def _by_column(at: AppTest, *columns: str) -> list[dict[str, list[Any]]]:
    return [next(table for table in tables(at) if column in table) for column in columns]


class TestTheCurves:
    def test_are_in_sections_by_the_path_of_their_key(self, page: Any, runs: Logged) -> None:
        found = titles(page(runs.full, view="Curves", by="key"))

        assert found == ["<b>loss</b>", "<b>lr</b>", "<b>val/loss</b>", "<b>val</b>"]

    @pytest.mark.parametrize(
        ("query", "shown"), [("lr", ["lr"]), ("LOSS", ["loss", "val/loss"]), ("/^l/", ["loss", "lr"])]
    )
    def test_are_found_by_words_or_an_expression(self, page: Any, runs: Logged, query: str, shown: list[str]) -> None:
        at = page(runs.full, view="Curves", q=query, by="key")

        found = [title for title in titles(at) if title != "<b>val</b>"]
        assert found == [f"<b>{key}</b>" for key in shown]
        assert any(f"{len(shown)} of 4 metrics match." == text.value for text in at.caption)

    def test_say_where_an_expression_does_not_parse(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Curves", q="/(/")

        assert not at.exception
        assert any("expected a regular expression" in code.value for code in at.code)

    def test_say_what_they_leave_out(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Curves", smooth="2")

        said = next(text.value for text in at.caption if text.value.startswith("Downsampled"))
        assert f"of up to {logged.STEPS + 1:,} points" in said
        assert "halves every 60 steps (2 % of the steps)" in said
        assert "1 NaN (×) and 1 infinite (▲▼) marked at the edge." in said

    def test_draw_every_point_of_a_stretch(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Curves", q="lr", stretch="100:110")

        assert curves(at)[0]["layout"]["xaxis"]["range"] == [100, 110]
        assert "Every point of this stretch is drawn." in [text.value for text in at.caption]
        at.get_by_key("run.stretch.all").click().run()
        assert "range" not in curves(at)[0]["layout"]["xaxis"]

    def test_change_with_the_controls(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Curves", q="val")

        at.get_by_key("run.logy").set_value(True).run()
        assert curves(at)[0]["layout"]["yaxis"]["type"] == "log"
        at.get_by_key("run.x").set_value("time").run()
        assert curves(at)[0]["layout"]["xaxis"]["type"] == "date"

    def test_of_one_metric_share_a_panel_and_a_split_keeps_its_look(self, page: Any, runs: Logged) -> None:
        (chart,) = curves(page(runs.full, view="Curves"))

        loss = next(title for title in titles(page(runs.full, view="Curves")) if plain(title) == "loss")
        assert "╌╌ validation" in loss
        assert "● loss" in loss
        drawn = {t["name"]: (t["line"]["color"], t["line"]["dash"]) for t in chart["data"] if "line" in t["mode"]}
        assert drawn["validation"] == (PALETTE[1], "dash")
        assert len({look for name, look in drawn.items() if name != "lr"}) == 2

    def test_of_one_metric_can_have_a_panel_for_each_key(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Curves")

        at.get_by_key("run.by").set_value("key").run()

        assert [plain(title) for title in titles(at)] == ["loss", "lr", "val/loss", "val"]

    def test_follow_what_the_experiment_declares(self, page: Any, runs: Logged, stores: dict[str, str]) -> None:
        declared = Details(splits={"loss": ("loss", "train"), "lr": ("loss", "fast & <b>loud</b>")})
        edit_experiment(stores["full"], "wine/forest", declared, actor=local_actor("cli"))
        try:
            (title, *_) = titles(page(runs.full, view="Curves"))
        finally:
            edit_experiment(stores["full"], "wine/forest", Details(splits={}), actor=local_actor("cli"))

        names = ["● train", "╌╌ validation", "● fast &amp; &lt;b&gt;loud&lt;/b&gt;"]
        assert [name.partition("</span>")[0].partition(">")[2] for name in title.split("<span")[1:]] == names

    def test_can_be_drawn_over_another_metric(self, page: Any, runs: Logged) -> None:
        (chart,) = curves(page(runs.child, view="Curves", x="metric", over="loss", q="val/loss"))

        assert chart["layout"]["xaxis"]["title"]["text"] == "loss"
        # loss falls, so x goes back: points without a line, each at its own value of the same call
        [points] = [trace for trace in chart["data"] if trace["name"] == "val/loss"]
        assert points["mode"] == "markers"
        assert sorted(zip(numbers(points["x"]), numbers(points["y"]), strict=True)) == [(0.125, 0.4), (0.25, 0.5)]

    def test_say_what_was_not_drawn_over_another_metric(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Curves", x="metric", over="loss", q="val/loss")

        said = [text.value for text in at.caption]
        assert any("1 point without such a value left out." in text for text in said)
        assert any("In one curve x goes back" in text for text in said)

    @pytest.mark.parametrize("over", ["", "never_logged", MARKUP])
    def test_over_a_metric_that_was_not_logged_are_over_steps(self, page: Any, runs: Logged, over: str) -> None:
        at = page(runs.full, view="Curves", x="metric", over=over)

        assert curves(at)[0]["layout"]["xaxis"]["title"]["text"] == "step"
        assert any("so the curves are drawn over steps." in text.value for text in at.caption)
        assert MARKUP not in "\n".join(as_markdown(at))

    def test_are_over_what_is_chosen(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Curves", q="lr")

        at.get_by_key("run.x").set_value("metric").run()
        at.selectbox(key="run.over").set_value("loss").run()

        assert curves(at)[0]["layout"]["xaxis"]["title"]["text"] == "loss"

    def test_of_one_point_are_a_table(self, page: Any, runs: Logged) -> None:
        (once,) = [table for table in tables(page(runs.full, view="Curves")) if "step" in table]

        assert once == {"key": ["test/auc"], "value": ["0.91"], "step": ["0"]}

    def test_come_in_pages_where_they_are_many(self, page: Any, runs: Logged) -> None:
        at = page(runs.hostile, view="Curves", part="25")

        assert len([title for title in titles(at) if title.startswith("<b>m")]) == 12
        assert "</b> " not in titles(at)[0]

    def test_of_a_run_that_goes_on_keep_their_place_on_the_page(self, page: Any, runs: Logged) -> None:
        at = page(runs.running.id, view="Curves")

        assert len(at.get("plotly_chart")) == 0
        assert len(at.get("echarts_chart")) == 1


class TestTheResults:
    def test_are_stated_summarised_and_listed_where_they_are_no_numbers(self, page: Any, runs: Logged) -> None:
        stated, summary, values = tables(page(runs.full, view="Results"))

        assert stated["value"] == ["0.91", "keep"]
        row = dict(zip(summary, (column[summary["key"].index("val/loss")] for column in summary.values()), strict=True))
        assert (row["last"], row["max"], row["min_step"], row["inf_count"]) == ("∞", "∞", str(logged.STEPS - 1), "1")
        assert values["value"] == ["[1, 2]", "warm-up"]


class TestTheParameters:
    def test_are_found_by_name_or_value(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Parameters", q="forest")

        assert tables(at)[0] == {"key": ["model"], "value": ["forest"], "type": ["str"]}
        assert "1 of 3 parameters match." in [text.value for text in at.caption]

    def test_may_be_five_thousand(self, page: Any, runs: Logged) -> None:
        assert len(tables(page(runs.hostile, view="Parameters"))[0]["key"]) == logged.PARAMS


class TestTheSearch:
    def test_is_of_whatever_view_is_open(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Parameters")
        at.get_by_key("run.q").set_value("rate").run()
        assert tables(at)[0]["key"] == ["rate"]

        at.get_by_key("run.q").set_value("lr").run()
        at.get_by_key("run.view").set_value("Curves").run()
        assert [plain(title) for title in titles(at)] == ["lr"]

        at.get_by_key("run.q").set_value("verdict").run()
        at.get_by_key("run.view").set_value("Results").run()
        assert tables(at)[0]["value"] == ["keep"]


class TestTheConsole:
    def test_shows_the_lines_that_are_asked_for(self, page: Any, runs: Logged) -> None:
        def lines() -> list[str]:
            return str(at.code[-1].value).splitlines()

        at = page(runs.child, view="Console")
        assert lines() == ["  epoch 0", "! Warning: shallow", "  epoch 1"]

        at.get_by_key("run.console.stream").set_value("stdout").run()
        assert lines() == ["epoch 0", "epoch 1"]
        at.get_by_key("run.q").set_value("1").run()
        assert lines() == ["epoch 1"]
        at.get_by_key("run.console.times").set_value(True).run()
        (line,) = lines()
        assert re.fullmatch(r"\d\d:\d\d:\d\d epoch 1", line)


class TestTheStory:
    def test_is_written_on_the_page_with_its_reason(self, page: Any, runs: Logged) -> None:
        at = page(runs.failed)
        at.get_by_key("run.notes.0.hypothesis").set_value("It *converges*.")
        at.get_by_key("run.notes.0.conclusion").set_value("It does not.")
        at.get_by_key("run.notes.0.reason").set_value("Seen twice")
        next(button for button in at.button if button.label == "Save").click().run()
        assert [text for text in texts(at) if text.startswith("It ")] == ["It *converges*.", "It does not."]

        at.get_by_key("run.view").set_value("Events").run()
        (events,) = tables(at)
        assert (events["action"][0], events["reason"][0]) == ("run.note", "Seen twice")
        assert "It does not." in events["new"][0]


class TestTheMedia:
    def test_are_shown_by_key_as_they_were_at_the_last_step(self, page: Any, runs: Logged) -> None:
        at = page(runs.media, view="Media")

        assert [value for value in as_markdown(at) if value.startswith("**")] == [
            "**rows**",
            "**said**",
            "**samples**",
            "**weights**",
        ]
        assert {"image · step 20", "table · step 10", "number 1 at 20", "Two of them"} <= set(as_markdown(at))
        assert [code.value for code in at.code if "at step" in code.value] == ["at step 20"]
        assert tables(at) == [{"id": ["1", "2"], "label": ["cat", "dog"]}]
        assert curves(at)[0]["data"][0]["type"] == "bar"

    def test_are_shown_as_they_were_at_an_earlier_step(self, page: Any, runs: Logged) -> None:
        at = page(runs.media, view="Media")
        at.get_by_key("run.media.step").set_value("0").run()

        assert [code.value for code in at.code if "at step" in code.value] == ["at step 0"]
        assert tables(at) == []  # it was logged later

    def test_of_a_link_are_those_of_its_step(self, page: Any, runs: Logged) -> None:
        at = page(runs.media, view="Media", step="10")

        assert at.select_slider[0].value == "10"
        assert "number 0 at 10" in as_markdown(at)

    def test_are_found_by_their_key(self, page: Any, runs: Logged) -> None:
        at = page(runs.media, view="Media", q="weig")

        assert [value for value in as_markdown(at) if value.startswith("**")] == ["**weights**"]

    def test_say_what_they_cannot_show(self, page: Any, runs: Logged) -> None:
        at = page(runs.hostile, view="Media")

        assert any("load maps from other hosts" in text for text in as_markdown(at))
        assert "images" not in curves(at)[0]["layout"]
        assert any("2 values · 1 NaN · 1 infinite" in text for text in as_markdown(at))


class TestTheArtifacts:
    def test_are_listed_in_their_latest_version(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Artifacts")

        listed = tables(at)[0]
        assert listed["path"] == ["metrics.json", "model.bin", "notes.txt", "report.html"]
        assert listed["version"] == ["1", "1", "2", "1"]
        at.get_by_key("run.artifacts.all").set_value(True).run()
        assert tables(at)[0]["version"] == ["1", "1", "1", "2", "1"]

    def test_are_shown_as_text_and_never_as_html(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Artifacts", file="report.html@1")

        assert "<html><script>alert(1)</script></html>" in [code.value for code in at.code]
        assert not at.get("html")
        assert not at.get("iframe")

    def test_that_are_references_are_named_and_not_opened(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Artifacts", file="model.bin@1")

        assert "s3://bucket/model.bin" in [code.value for code in at.code]
        assert not at.get("download_button")

    def test_can_be_downloaded(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Artifacts", file="metrics.json@1")

        assert len(at.get("download_button")) == 1
        assert [json.loads(found.value) for found in at.json] == [{"auc": 0.91}]

    def test_that_are_damaged_say_so(self, page: Any, runs: Logged) -> None:
        at = page(runs.hostile, view="Artifacts", file="broken.png@1")

        assert not at.exception
        assert "The image is damaged or too large to be shown." in [text.value for text in at.caption]


class TestTheOtherViews:
    def test_name_the_data_with_role_and_digest(self, page: Any, runs: Logged) -> None:
        (data_sets,) = _by_column(page(runs.full, view="Environment"), "role")

        assert (data_sets["name"], data_sets["role"]) == (["wine"], ["train"])
        assert data_sets["version"][0].startswith("sha256:")

    def test_say_what_was_not_recorded(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Environment")

        facts = {
            name: value
            for table in tables(at)
            if "name" in table and "value" in table
            for name, value in zip(table["name"], table["value"], strict=True)
        }
        assert facts["Commit"] == "not recorded"
        assert facts["Run"] == runs.full

    def test_list_what_was_done_newest_first(self, page: Any, runs: Logged) -> None:
        (events,) = tables(page(runs.full, view="Events"))

        assert events["action"][0] == "run.finish"
        assert events["action"][-1] == "run.start"
        assert events["new"][0] == "status: finished"

    @pytest.mark.parametrize(
        ("view", "sentence"),
        [("Console", "No console output was recorded."), ("System", "No system metrics were recorded.")],
    )
    def test_say_where_there_is_nothing(self, page: Any, runs: Logged, view: str, sentence: str) -> None:
        assert sentence in [text.value for text in page(runs.full, view=view).caption]


class TestAnEmptyStore:
    def test_knows_no_run(self, dashboard: Dashboard) -> None:
        at = dashboard("empty", "run", id="0123456789")

        assert not at.exception
        assert "**There is no such run.**" in as_markdown(at)


class TestAnotherRun:
    def test_does_not_keep_the_stretch_of_the_one_before(self, page: Any, runs: Logged) -> None:
        at = page(runs.full, view="Curves", stretch="10:20")

        at.query_params["id"] = runs.child
        at.run()

        assert [element.value for element in at.subheader] == ["leaf"]
        assert at.session_state["run.stretch"] == ""

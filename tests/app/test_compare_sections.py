from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

import runlake
from app import compared
from app.test_compare_page import _opened
from app.test_run_page import as_markdown, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamlit.testing.v1 import AppTest

    from app.conftest import Dashboard

SECTIONS = ("Environment", "Code", "Console", "Media", "Predictions")


@pytest.fixture(scope="module")
def runs(stores: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    folder = tmp_path_factory.mktemp("compared")
    stores["sections"] = str(folder / "store")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNLAKE_JOURNAL", str(folder / "journals"))
        patch.setenv("RUNLAKE_INGESTER", "off")
        yield compared.log(stores["sections"])


@pytest.fixture
def page(dashboard: Dashboard, runs: list[str]) -> Any:
    def open_page(section: str, *run_ids: str, **query: str) -> AppTest:
        at = _opened(dashboard, "sections", run_ids or tuple(runs), {"view": section, **query})
        assert not at.exception
        return at

    return open_page


def captions(at: AppTest) -> str:
    return "\n".join(text.value for text in at.caption)


def compared_lines(at: AppTest) -> dict[str, Any]:
    """The two texts that are compared: left and right (their names), unified, rows."""
    (part,) = [one for one in at.get("bidi_component") if "rows" in one.proto.json]
    found: dict[str, Any] = json.loads(part.proto.json)
    return found


def diff(at: AppTest) -> list[list[Any]]:
    rows: list[list[Any]] = compared_lines(at)["rows"]
    return rows


def answers(at: AppTest) -> dict[str, list[Any]]:
    """The grid of predictions."""
    return next(table for table in tables(at) if "answer/0" in table)


class TestTheEnvironment:
    def test_tells_what_was_added_removed_upgraded_and_downgraded(self, page: Any, runs: list[str]) -> None:
        found = next(table for table in tables(page("Environment")) if "section" in table)

        rows = {field: [found[run][at] for run in runs] for at, field in enumerate(found["field"])}
        assert rows["numpy"] == [
            "1.9", "1.10  ↑ upgraded", "1.8  ↓ downgraded", "1.9", "unknown  ≠ changed",
        ]  # fmt: skip
        assert [rows["gone"][at] for at in (0, 1, 3)] == ["2.0", "− removed", "2.0"]
        assert rows["new"][2] == "3.0rc1  + added"
        assert "same" not in rows
        assert rows["Python"] == ["3.10.0", "3.11.0", "3.12.0", "3.13.0", "3.14.0"]

    def test_shows_equal_rows_and_what_is_searched_for(self, page: Any) -> None:
        found = next(table for table in tables(page("Environment", all="1", env="packages same")) if "section" in table)

        assert list(found["field"]) == ["same"]

    def test_is_searched_and_filled_up_by_its_controls(self, page: Any) -> None:
        at = page("Environment")
        at.get_by_key("compare.all").set_value(True).run()
        assert "same" in next(table for table in tables(at) if "section" in table)["field"]

        at.get_by_key("compare.env").set_value("packages gone").run()
        assert list(next(table for table in tables(at) if "section" in table)["field"]) == ["gone"]


class TestTheCode:
    def test_shows_what_two_patches_of_one_commit_make_of_a_file(self, page: Any, runs: list[str]) -> None:
        rows = diff(page("Code", runs[0], runs[1], file="train.py"))

        assert ["changed", 41, "    rate = 0.2", 41, "    rate = 0.3", [13, 0]] in rows
        assert rows[0] == ["folded", 39]

    def test_shows_files_that_git_does_not_know(self, page: Any, runs: list[str]) -> None:
        rows = diff(page("Code", runs[0], runs[1], file="notes.txt"))

        assert rows[1] == ["changed", 2, "for run 0", 2, "for run 1", [8, 0]]

    def test_gives_the_command_where_only_the_commits_differ(self, page: Any, runs: list[str]) -> None:
        at = page("Code", runs[3], runs[4])

        assert "Both ran unchanged code, at different commits." in as_markdown(at)
        command = f"git diff {compared.COMMIT}..{compared.OTHER_COMMIT}"
        assert command in [code.value for code in at.code]

    def test_is_of_the_run_and_the_file_that_are_chosen_in_either_layout(self, page: Any, runs: list[str]) -> None:
        at = page("Code", *runs[:3], file="train.py")
        assert compared_lines(at)["right"] == "two"

        at.get_by_key("compare.file.shown").set_value("notes.txt").run()
        assert ["changed", 2, "for run 0", 2, "for run 1", [8, 0]] in diff(at)

        at.get_by_key("compare.layout").set_value("Unified").run()
        assert compared_lines(at)["unified"] is True

        at.get_by_key("compare.other.shown").set_value(runs[2]).run()
        assert compared_lines(at)["right"] == "three"
        assert [row[2] for row in diff(at) if row[0] == "removed"] == [
            "line",
            "for run 0",
        ]  # the third has no such file


class TestTheConsole:
    def test_lifts_out_errors_and_warnings(self, page: Any, runs: list[str]) -> None:
        at = page("Console", runs[0], runs[1])

        lifted = [code.value for code in at.code if "warning" in code.value]
        assert "ValueError: no more rows" in lifted[0]
        assert "None." in captions(at)

    def test_takes_lines_that_differ_in_numbers_for_equal_on_demand(self, page: Any, runs: list[str]) -> None:
        strict = diff(page("Console", runs[0], runs[1], console="Difference"))
        loose = diff(page("Console", runs[0], runs[1], console="Difference", numbers="1"))

        assert sum(row[0] == "changed" for row in strict) == 4
        assert [row[0] for row in loose if row[0] != "same"] == ["folded", "added", "added"]

    def test_follows_its_controls(self, page: Any, runs: list[str]) -> None:
        at = page("Console", *runs[:3])
        at.get_by_key("compare.times").set_value(True).run()
        assert all(re.match(r"\d\d:\d\d:\d\d +starting\n", code.value) for code in at.code[-3:])

        at.get_by_key("compare.q").set_value("epoch 3").run()
        assert [code.value.rpartition(" ")[2] for code in at.code[-3:]] == [
            "0.1667",
            "0.3333",
            "0.5000",
        ]  # (run + 1) / 6

        at.get_by_key("compare.console").set_value("Difference").run()
        at.get_by_key("compare.other.shown").set_value(runs[2]).run()
        assert (compared_lines(at)["right"], sum(row[0] == "changed" for row in diff(at))) == ("three", 4)

        at.get_by_key("compare.numbers").set_value(True).run()
        assert "The two are equal." in captions(at)


class TestTheMedia:
    def test_say_where_a_run_logged_at_another_step(self, page: Any, runs: list[str]) -> None:
        at = page("Media", runs[0], runs[1], key="seen", step="20")

        said = captions(at)
        assert "step 20\n" in said
        assert "step 15 – the last one before 20" in said
        assert "one at 20" in said
        assert "two at 15" in said

    def test_put_histograms_on_the_same_edges(self, page: Any, runs: list[str]) -> None:
        at = page("Media", runs[0], runs[1], key="weights", step="0")

        charts = [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]
        overlaid = next(chart for chart in charts if len(chart["data"]) == 2 and "fill" in chart["data"][0])
        assert overlaid["data"][0]["x"] == overlaid["data"][1]["x"]

    def test_are_of_the_key_and_the_step_that_are_chosen(self, page: Any, runs: list[str]) -> None:
        at = page("Media", runs[0], runs[2])
        at.get_by_key("compare.key.shown").set_value("seen").run()
        assert {"one at 20", "three at 20"} <= set(captions(at).splitlines())

        at.get_by_key("compare.media.step").set_value("10").run()
        assert {"one at 10", "three at 10"} <= set(captions(at).splitlines())


class TestThePredictions:
    def test_put_those_that_disagree_first_and_count_them(self, page: Any, runs: list[str]) -> None:
        at = page("Predictions")

        said = [[compared.answer(run, example) for run in range(5)] for example in range(compared.EXAMPLES)]
        whole = said[:-1]  # the last run lacks the last example
        disagree = sum(len(set(row)) > 1 for row in whole)
        words = f"13 rows: **{disagree}** disagree, **{len(whole) - disagree}** agree, **2** only in some runs."
        assert words in as_markdown(at)
        grid = next(table for table in tables(at) if "answer/0" in table)
        distinct = list(grid["distinct"])
        assert distinct == sorted(distinct, reverse=True)

    def test_say_what_does_not_fit_the_key(self, page: Any) -> None:
        (warning,) = page("Predictions").warning

        assert "1 rows repeat a key" in warning.value.replace("\\", "")

    def test_find_where_the_reference_is_right_and_another_wrong(self, page: Any, runs: list[str]) -> None:
        at = page("Predictions", runs[0], runs[1], rows="Reference right", other=runs[1])

        grid = next(table for table in tables(at) if "answer/0" in table)
        expected = [
            f"e{example:02}"
            for example in range(compared.EXAMPLES)
            if compared.answer(0, example) == compared.label(example) != compared.answer(1, example)
        ]
        assert sorted(grid["example_id"]) == expected

    def test_are_of_the_table_and_the_step_that_are_chosen(self, page: Any, runs: list[str]) -> None:
        at = page("Predictions", runs[0], runs[1])
        at.get_by_key("compare.table.shown").set_value("second").run()
        assert "2 rows: **0** disagree, **2** agree, **0** only in some runs." in as_markdown(at)

        at.get_by_key("compare.tables.step").set_value("10").run()
        assert "2 rows: **1** disagree, **1** agree, **0** only in some runs." in as_markdown(at)

    def test_are_joined_judged_and_narrowed_as_the_controls_say(self, page: Any, runs: list[str]) -> None:
        at = page("Predictions", *runs[:3])
        everything = len(answers(at)["distinct"])
        at.get_by_key("compare.rows.shown").set_value("Disagree").run()
        disagree = sum(
            len({compared.answer(run, example) for run in range(3)}) > 1 for example in range(compared.EXAMPLES)
        )
        assert len(answers(at)["distinct"]) == disagree < everything

        at.get_by_key("compare.rows.shown").set_value("Reference right").run()
        assert sorted(answers(at)["example_id"]) == ["e03", "e10"]  # where the second run is wrong
        at.get_by_key("compare.other.shown").set_value(runs[2]).run()
        assert "No row is like that." in captions(at)  # the third errs where the first does

        at.get_by_key("compare.label.shown").set_value("(no label)").run()
        assert at.get_by_key("compare.rows.shown").value == "All"
        assert not any("✓" in answer or "✗" in answer for answer in answers(at)["answer/0"])

        at.get_by_key("compare.join.shown").set_value(["row number"]).run()
        assert sorted(answers(at)["row number"], key=int) == [str(row + 1) for row in range(compared.EXAMPLES)]

        at.get_by_key("compare.answer.shown").set_value("confidence").run()
        sure = [0.5 + ((5 * (run + 3)) % 10) / 20 for run in range(3)]
        at_five = answers(at)["row number"].index("6")
        assert [float(answers(at)[f"answer/{run}"][at_five]) for run in range(3)] == sure

    def test_show_all_of_a_row_that_is_named_in_the_address(self, page: Any) -> None:
        found = [table for table in tables(page("Predictions", row="0,5")) if "field" in table]

        assert list(found[-1]["field"]) == ["example_id", "label", "prediction", "confidence"]


class TestRunsOfAHostileStore:
    @pytest.mark.parametrize("section", SECTIONS)
    def test_are_text_in_every_section(self, page: Any, runs: list[str], stores: dict[str, str], section: str) -> None:
        ids = runlake.open_lake(stores["sections"]).runs(experiment="hostile")["run_id"].to_list()

        at = page(section, *ids, console="Difference")

        assert "](http" not in "\n".join(as_markdown(at)).replace("\\", "\0")

    @pytest.mark.parametrize("section", SECTIONS)
    def test_that_logged_nothing_of_the_kind_say_so(self, dashboard: Dashboard, section: str) -> None:
        at = dashboard("hostile", "compare", view=section)
        ids = runlake.open_lake(at.session_state["frame.lake"].snapshot.uri).runs()["run_id"].to_list()
        at.session_state["shared.runs"] = ids

        assert not at.run().exception

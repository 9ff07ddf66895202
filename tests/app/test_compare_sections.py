from __future__ import annotations

import json
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


def diff(at: AppTest) -> list[list[Any]]:
    (part,) = [one for one in at.get("bidi_component") if "rows" in one.proto.json]
    rows: list[list[Any]] = json.loads(part.proto.json)["rows"]
    return rows


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

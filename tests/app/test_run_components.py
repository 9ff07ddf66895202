from __future__ import annotations

import doctest
import io
import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

import state
from app.made import MARKUP
from components import facts, matching
from components.artifact_preview import Look, preview
from components.charts import curve_controls, live_curves
from components.compare import compare_curves, param_diff, slots
from components.run import console_view, curve_panels, event_list, result_table, run_header, run_overview, system_view
from runlake.analysis.curves import draw
from runlake.errors import QueryError
from runlake.figures.layout import Axes, Line, Panel, Section
from runlake.figures.theme import LIGHT, PALETTE
from runlake.query import splits


class TestDocumentedExamples:
    @pytest.mark.parametrize("module", [facts, param_diff, result_table, run_header])
    def test_hold(self, module: object) -> None:
        result = doctest.testmod(module)  # type: ignore[arg-type]  # a module

        assert (result.failed, result.attempted > 0) == (0, True)


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", ["val/loss", "train/Loss", "lr.max"]),
            ("LOSS", ["val/loss", "train/Loss"]),
            ("loss val", ["val/loss"]),
            ("lr.max", ["lr.max"]),
            ("l.*s", []),
            ("/l.*s$/", ["val/loss", "train/Loss"]),
            ("/^(val|lr)/", ["val/loss", "lr.max"]),
            ("/", ["val/loss", "train/Loss"]),
        ],
    )
    def test_finds_words_or_an_expression(self, query: str, found: list[str]) -> None:
        assert matching.matching(["val/loss", "train/Loss", "lr.max"], query) == found

    @pytest.mark.parametrize("query", ["/(/", "/[/", "/(?=x)/", "/" + "(a" * 2000 + "/"])
    def test_points_at_an_expression_that_does_not_parse(self, query: str) -> None:
        with pytest.raises(QueryError, match="regular expression"):
            matching.matching(["a"], query)

    def test_takes_no_time_for_a_pattern_made_to_take_for_ever(self) -> None:
        assert matching.matching(["a" * 10_000 + "!"], "/(a+)+$/") == []

    def test_in_nothing_finds_nothing(self) -> None:
        assert matching.matches([], "/a/") == []


class TestAPreview:
    def test_of_json_is_its_tree(self) -> None:
        assert preview("a.json", b'{"a": [1]}').parsed == {"a": [1]}

    @pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"12", b'"text"'])
    def test_of_what_is_no_tree_is_text(self, content: bytes) -> None:
        assert preview("a.json", content).look is Look.TEXT

    @pytest.mark.parametrize("name", ["a.html", "a.svg", "a.png", "a", "a.b.exe"])
    def test_of_markup_is_text_whatever_its_name(self, name: str) -> None:
        found = preview(name, b"<svg onload='alert(1)'></svg>")

        assert (found.look, found.text) == (Look.TEXT, "<svg onload='alert(1)'></svg>")

    def test_of_a_table_has_text_in_every_cell(self) -> None:
        found = preview("a.csv", b"a,b\n1,=2+3\n,x\n")

        assert found.frame is not None
        assert found.frame.to_dict(as_series=False) == {"a": ["1", None], "b": ["=2+3", "x"]}

    def test_of_a_long_table_is_its_head(self) -> None:
        found = preview("a.csv", b"a\n" + b"1\n" * 1000)

        assert found.frame is not None
        assert (found.frame.height, found.note) == (200, "The first 200 rows.")

    def test_of_parquet_shows_nested_and_binary_cells(self) -> None:
        file = io.BytesIO()
        pl.DataFrame({"list": [[1, 2]], "bytes": [b"\x00\xff"], "nan": [math.nan]}).write_parquet(file)

        found = preview("any name", file.getvalue())

        assert found.frame is not None
        assert found.frame.row(0) == ("[1, 2]", "2 bytes", "NaN")

    @pytest.mark.parametrize("content", [b"PAR1broken", b"PAR1" + b"\x00" * 50, b"\x00\x01", b"\xff\xfe\xfd"])
    def test_of_what_nobody_can_read_is_none(self, content: bytes) -> None:
        assert preview("a.parquet", content).look in (Look.NONE, Look.TEXT)

    def test_of_a_long_text_is_cut_between_characters(self) -> None:
        found = preview("a.txt", "é\n".encode() * 100_000)

        assert set(found.text) == {"é", "\n"}
        assert found.note == "The first 200.0 kB of 300.0 kB."

    def test_of_a_long_line_is_cut(self) -> None:
        assert len(preview("a.txt", b"x" * 50_000).text) == 2001

    @pytest.mark.parametrize("head", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF____WEBP"])
    def test_of_an_image_goes_by_its_bytes(self, head: bytes) -> None:
        assert preview("a.txt", head + b"...").look is Look.IMAGE


class TestAStretch:
    @pytest.mark.parametrize(
        ("text", "edges"),
        [("1:2", (1.0, 2.0)), ("-1e3:0.5", (-1000.0, 0.5)), ("2:1", None), ("", None), ("a:b", None), ("nan:1", None),
         ("1:inf", None), ("1:1", None), ("1:2:3", None)],
    )  # fmt: skip
    def test_is_read_from_an_address_or_left_out(self, text: str, edges: tuple[float, float] | None) -> None:
        assert curve_controls.read_stretch(text) == edges

    def test_smoothing_steps_are_what_an_address_may_say(self) -> None:
        assert all(state.RUN_SMOOTH.low <= percent <= state.RUN_SMOOTH.high for percent in curve_controls.PERCENTS)


class TestALivePicture:
    @staticmethod
    def a_spec(*values: float, **axes: Any) -> dict[str, Any]:
        y = np.array(values, dtype=np.float64)
        curve = draw(np.arange(len(y), dtype=np.float64), y)
        section = Section("val", (Panel(MARKUP, (Line("a", curve, "#112233", "dot"),)),))
        option, _ = live_curves.spec([section], Axes(**axes), LIGHT)
        return option

    def test_has_gaps_where_there_is_no_number_and_marks_there(self) -> None:
        line, nan, inf = self.a_spec(1.0, math.nan, math.inf)["series"]

        assert line["data"] == [[0.0, 1.0], [1.0, None], [2.0, None]]
        assert (nan["data"], inf["data"]) == ([[1.0, 0.03]], [[2.0, 0.97]])

    def test_does_not_move_in_and_has_the_asked_scale(self) -> None:
        option = self.a_spec(1.0, 2.0, log_y=True)

        assert option["animation"] is False
        assert option["yAxis"][0]["type"] == "log"

    def test_has_no_template_from_data(self) -> None:
        assert "formatter" not in str(self.a_spec(1.0))


class TestPanels:
    KEYS = ("val/loss", "train/loss", "lr", "enc/val_f1", "enc/train_f1", "test/auc")

    def test_have_one_key_each_in_sections_by_path(self) -> None:
        panels = curve_panels.by_key(self.KEYS)

        assert [(panel.section, panel.title, panel.keys) for panel in panels] == [
            ("", "lr", ("lr",)), ("enc", "enc/train_f1", ("enc/train_f1",)), ("enc", "enc/val_f1", ("enc/val_f1",)),
            ("test", "test/auc", ("test/auc",)), ("train", "train/loss", ("train/loss",)),
            ("val", "val/loss", ("val/loss",)),
        ]  # fmt: skip

    def test_have_one_metric_each_with_its_splits(self) -> None:
        panels = curve_panels.by_metric(self.KEYS, splits.NOTHING_DECLARED)

        assert [(panel.section, panel.title, panel.keys) for panel in panels] == [
            ("", "loss", ("train/loss", "val/loss")), ("", "lr", ("lr",)),
            ("enc", "enc/f1", ("enc/train_f1", "enc/val_f1")), ("test", "test/auc", ("test/auc",)),
        ]  # fmt: skip
        assert [[line.name for line in panel.lines] for panel in panels] == [
            ["train", "validation"], ["lr"], ["train", "validation"], ["test/auc"],
        ]  # fmt: skip

    def test_name_lines_of_the_same_split_by_their_keys_and_give_each_a_look(self) -> None:
        (panel,) = curve_panels.by_metric(["loss", "val/loss", "eval_loss", "train/loss"], splits.NOTHING_DECLARED)

        assert [line.name for line in panel.lines] == ["train", "val/loss", "eval_loss", "loss"]
        assert len({line.look for line in panel.lines}) == 4

    def test_of_the_system_have_a_unit_that_reads_well(self) -> None:
        row = {"run_id": "r", "ts": datetime(2026, 1, 1, tzinfo=UTC), "writer": "w"}
        samples = pl.DataFrame(
            [row | {"key": "process/rss_bytes", "value": 2e9}, row | {"key": "machine/cpu_percent", "value": 5.0}]
        )

        groups = system_view.groups(samples)

        assert [(group.section, group.title) for group in groups] == [
            ("machine", "cpu_percent"),
            ("process", "rss_bytes, in GB"),
        ]
        assert groups[1].shown[0].series.value.tolist() == [2.0]


class TestTheFirstMetric:
    SUMMARIES = pl.DataFrame(
        {
            "run_id": ["a", "b", "a", "b", "a"],
            "key": ["loss", "loss", "val/f1", "val/f1", "x"],
            "count": [5, 5, 5, 5, 9],
        }
    )

    def test_is_the_one_that_an_experiment_declares(self) -> None:
        assert compare_curves.default_metric(["loss", "val/f1", "x"], self.SUMMARIES, ["gone", "x"]) == "x"

    def test_is_else_what_most_runs_have_held_out_data_first(self) -> None:
        assert compare_curves.default_metric(["loss", "val/f1", "x"], self.SUMMARIES, []) == "val/f1"

    def test_is_none_where_there_is_none(self) -> None:
        assert compare_curves.default_metric([], self.SUMMARIES.clear(), ["x"]) is None


class TestSlots:
    def test_give_each_run_a_colour_and_a_label_of_its_own(self) -> None:
        header = {"name": "same " * 30, "status": "finished", "started_at": None}

        found = slots.slots(["aaaaaaaa-1", "bbbbbbbb-2"], {"aaaaaaaa-1": header, "bbbbbbbb-2": header | {"name": None}})

        assert [slot.color for slot in found] == list(PALETTE[:2])
        assert (len(found[0].label), found[1].label) == (40, "(unnamed)")


class TestConsoleAndEvents:
    def test_mark_what_came_from_stderr_without_colour(self) -> None:
        ts = datetime(2026, 1, 1, 12, tzinfo=UTC)
        lines = pl.DataFrame({"ts": [ts, ts], "stream": ["stdout", "stderr"], "text": ["a", "b"]})

        assert console_view.written(lines, timed=False) == "  a\n! b"
        assert console_view.written(lines.head(1), timed=False) == "a"

    def test_write_old_and_new_values_as_text(self) -> None:
        event = {
            "ts": datetime(2026, 1, 1, tzinfo=UTC), "user": None, "action": "tag.set", "target_type": "tag",
            "target_id": "stage", "old": "null", "new": '{"stage": ["dev", "x"]}', "reason": None, "client": "cli",
            "auth_method": "local", "result": "ok",
        }  # fmt: skip

        (row,) = event_list.written(pl.DataFrame([event])).drop("when").rows()

        assert row == ("not recorded", "tag.set", "stage", "null", 'stage: ["dev", "x"]', None, "cli, local", "ok")

    def test_badges_escape_all_but_the_brackets_that_streamlit_escapes(self) -> None:
        assert run_overview.in_badge("[a](b) *c*") == r"[a]\(b\) \*c\*"

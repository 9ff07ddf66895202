"""Tables and evaluations: what a reader gets is what was given, from any library."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from polars.testing.parametric import dataframes

from runlake import media
from runlake.errors import InvalidType, InvalidValue
from runlake.store import columnar

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = (pl.Int64, pl.UInt64, pl.Float64, pl.Boolean, pl.String, pl.Date, pl.Binary, pl.Datetime("us"), pl.Time)
NOON = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)


def read(one: media.Media) -> pl.DataFrame:
    assert isinstance(one.content, bytes)
    frame = pl.from_arrow(columnar.table(one.content))
    assert isinstance(frame, pl.DataFrame)
    return frame


class TestATable:
    @settings(deadline=None)  # Polars makes its frames slowly
    @given(dataframes(allowed_dtypes=list(KEPT), max_cols=6, max_size=20, allow_null=True))
    def test_of_polars_comes_back(self, frame: pl.DataFrame) -> None:
        assert_frame_equal(read(media.Table(frame)), frame)

    def test_of_pyarrow_comes_back(self) -> None:
        table = pa.table({"a": [1, None], "b": ["x", None], "c": [NOON, None]})

        assert_frame_equal(read(media.Table(table)), pl.from_arrow(table))  # type: ignore[arg-type]  # a frame

    @given(
        st.dictionaries(
            st.text(min_size=1, max_size=5).filter(lambda name: name.isprintable() and name.strip()),
            st.one_of(
                st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), min_size=3, max_size=3),
                st.lists(st.none() | st.floats(), min_size=3, max_size=3),
                st.lists(st.none() | st.text(), min_size=3, max_size=3),
                st.lists(st.none() | st.booleans(), min_size=3, max_size=3),
                st.lists(st.none() | st.binary(), min_size=3, max_size=3),
            ),
            min_size=1,
        )
    )
    def test_of_lists_comes_back(self, columns: dict[str, list[Any]]) -> None:
        found = read(media.Table(columns))

        assert str(found.to_dict(as_series=False)) == str(columns)  # by their text, as NaN is not equal to itself

    def test_of_rows_is_that_of_columns(self) -> None:
        rows = media.Table(columns=["a", "b"], rows=[[1, "x"], [2, None]])

        assert rows.content == media.Table({"a": [1, 2], "b": ["x", None]}).content
        assert rows.facts["rows"] == rows.facts["columns"] == 2

    def test_keeps_arrays_and_times(self) -> None:
        found = read(media.Table({"a": np.arange(3, dtype="i2"), "b": np.array([True, False, True]), "c": [NOON] * 3}))

        assert found.rows() == [(0, True, NOON), (1, False, NOON), (2, True, NOON)]

    def test_keeps_what_has_no_column_type_as_json(self) -> None:
        assert read(media.Table({"a": [[1], {"b": 2}, 2**70]}))["a"].to_list() == ["[1]", '{"b":2}', str(2**70)]

    @pytest.mark.parametrize(
        ("make", "said"),
        [
            (lambda: media.Table({"a": [1], "b": [1, 2]}), "equal length"),
            (lambda: media.Table(columns=["a"], rows=[[1, 2]]), "one for each column"),
            (lambda: media.Table(columns=["a", "a"], rows=[]), "each name once"),
            (lambda: media.Table(), "columns="),
            (lambda: media.Table({"a\x00": [1]}), "control characters"),
            (lambda: media.Table({"a": np.zeros((2, 2))}), "shape"),
        ],
    )
    def test_says_what_was_wanted(self, make: Callable[[], media.Media], said: str) -> None:
        with pytest.raises(InvalidValue, match=said):
            make()

    def test_of_something_else_is_refused(self) -> None:
        with pytest.raises(InvalidType):
            media.Table(pl.LazyFrame({"a": [1]}))
        with pytest.raises(InvalidType):
            media.Table({"a": "text"})


class TestASpooledTable:
    def test_that_is_cut_short_is_said_to_be(self) -> None:
        whole = media.Table({"a": [1, 2], "b": ["x", "y"]}).content
        assert isinstance(whole, bytes)

        for end in range(len(whole)):
            with pytest.raises(InvalidValue, match="spooled table"):
                columnar.table(whole[:end])

    def test_with_a_lone_surrogate_can_be_read(self) -> None:
        assert read(media.Table({"a": ["a\ud800", None, "b"]}))["a"].to_list()[1:] == [None, "b"]


class TestAClassification:
    @pytest.mark.parametrize("labels", [["no", "yes", "yes"], [0, 1, 1], np.array([0, 1, 1]), [False, True, True]])
    def test_names_its_classes(self, labels: Any) -> None:
        given = None if isinstance(labels[0], str | bool) else ["no", "yes"]
        found = media.classification(labels, [0.1, 0.8, 0.4], classes=given)
        names = ["False", "True"] if labels[0] is False else ["no", "yes"]

        assert (found.facts["classes"], found.facts["positive"]) == (names, names[1])
        assert read(found).rows() == [(names[0], 0.1), (names[1], 0.8), (names[1], 0.4)]

    def test_keeps_a_score_for_each_class_and_what_the_examples_are(self) -> None:
        scores = np.array([[0.2, 0.3, 0.5], [0.1, 0.8, 0.1]])
        found = media.classification([2, 0], scores, classes=["a", "b", "c"], ids=[7, 8])
        more = media.classification([2, 0], scores, classes=["a", "b", "c"], examples=pl.DataFrame({"x": ["p", "q"]}))

        assert read(found).columns == ["label", "score/a", "score/b", "score/c", "id"]
        assert read(found).select(pl.col("^score/.*$")).to_numpy().tolist() == scores.tolist()
        assert (read(found)["label"].to_list(), read(found)["id"].to_list()) == (["c", "a"], ["7", "8"])
        assert read(more)["example/x"].to_list() == ["p", "q"]

    def test_takes_nested_lists_and_frames_of_scores(self) -> None:
        scores = [[0.9, 0.1], [0.2, 0.8]]

        listed = media.classification([0, 1], scores)
        framed = media.classification([0, 1], pl.DataFrame({"a": [0.9, 0.2], "b": [0.1, 0.8]}))

        assert listed.content == framed.content

    def test_can_be_of_predictions_or_counts_alone(self) -> None:
        hard = media.confusion_matrix(["a", "b"], ["b", "b"])
        ready = media.confusion_matrix(counts=np.array([[3, 1], [0, 5]]), classes=["a", "b"])

        assert read(hard).rows() == [("a", "b"), ("b", "b")]
        assert read(ready).rows() == [("a", "a", 3), ("a", "b", 1), ("b", "a", 0), ("b", "b", 5)]
        assert (hard.facts["task"], ready.facts["task"]) == ("classification", "counts")

    @pytest.mark.parametrize("make", [media.pr_curve, media.roc_curve, media.calibration_curve])
    def test_is_the_same_whatever_it_is_logged_for(self, make: Callable[..., media.Media]) -> None:
        found = make([0, 1], [0.1, 0.9], classes=["no", "yes"])

        assert found.content == media.classification([0, 1], [0.1, 0.9], classes=["no", "yes"]).content
        assert found.facts["view"] == make.__name__

    @pytest.mark.parametrize(
        ("make", "said"),
        [
            (lambda: media.classification([], []), "at least one label"),
            (lambda: media.classification([0, 1]), "scores, predictions or both"),
            (lambda: media.classification([0, 1], [0.5]), "one for each label"),
            (lambda: media.classification([0, 0], [0.5, 0.5]), "two classes"),
            (lambda: media.classification([0, 1, 2], np.zeros((3, 2))), "one for each class"),
            (lambda: media.classification([0, 1], ["a", "b"]), "numbers"),
            (lambda: media.classification(["a", "b"], [0, 1], classes=["a", "c"]), "one of the classes"),
            (lambda: media.classification([0, 5], [0, 1], classes=["a", "c"]), "one of the classes"),
            (lambda: media.classification([0, 1], [0, 1], classes=["a", "a"]), "each once"),
            (lambda: media.classification([0, 1], [0, 1], positive="b"), "one of the classes"),
            (lambda: media.classification([0, None], [0, 1]), "a class for each example"),
            (lambda: media.classification([0.0, float("nan")], [0, 1]), "a class for each example"),
            (lambda: media.classification([0, 1], [0, 1], ids=["x", "x"]), "one for each example"),
            (lambda: media.classification([0, 1], [0, 1], examples={"a": [1]}), "one for each example"),
            (lambda: media.confusion_matrix(counts=[[1, 2]]), "as many rows"),
            (lambda: media.confusion_matrix(counts=[[1, -2], [0, 0]]), "whole numbers"),
            (lambda: media.regression([1], [1, 2]), "one prediction for each"),
            (lambda: media.regression(["a"], [1]), "numbers"),
        ],
    )
    def test_says_what_was_wanted(self, make: Callable[[], media.Media], said: str) -> None:
        with pytest.raises(InvalidValue, match=said):
            make()

    def test_of_numbers_keeps_both(self) -> None:
        assert read(media.regression([1, 2.5], np.array([1.5, 2.0]))).rows() == [(1.0, 1.5), (2.5, 2.0)]

from __future__ import annotations

import datetime as dt
import hashlib
import struct
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlake.capture import frames, identify

NAN = float("nan")
COLUMNS: dict[str, list[Any]] = {
    "int": [1, None, -(2**60)],
    "float": [1.5, None, -0.0],
    "nan": [NAN, 1.0, float("inf")],
    "bool": [True, None, False],
    "text": ["a", None, "é☃"],
    "bytes": [b"\x00", None, b"xyz"],
    "when": [dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC), None, dt.datetime(1960, 1, 1, tzinfo=dt.UTC)],
    "naive": [dt.datetime.fromisoformat("2026-01-31T12:00"), None, dt.datetime.fromisoformat("1960-01-01")],
    "day": [dt.date(2026, 1, 31), None, dt.date(1960, 1, 1)],
    "clock": [dt.time(12, 30), None, dt.time(0, 0, 0, 5)],
    "span": [dt.timedelta(seconds=1), None, dt.timedelta(days=-1)],
    "list": [[1, 2], None, []],
    "money": [Decimal("1.50"), None, Decimal("-2.25")],
    "nothing": [None, None, None],
}


def _sha(frame: object) -> str:
    identity = identify(frame)
    assert identity.problem is None, identity
    assert identity.sha256 is not None
    return identity.sha256


class TestTheForm:
    def test_is_the_documented_one(self) -> None:
        frame = pl.DataFrame({"n": [1, None], "t": ["é", None], "f": [0.5, NAN], "b": [True, False]})
        header = b'{"columns":[["n","int"],["t","text"],["f","float"],["b","bool"]],"rows":2}'
        form = b"runlake-frame-v1\0" + header + b"\0"
        form += b"\1\0" + struct.pack("<qq", 1, 0)
        form += b"\1\0" + struct.pack("<qq", 2, 0) + "é".encode()
        form += b"\1\1" + struct.pack("<dd", 0.5, NAN)
        form += b"\1\1" + b"\1\0"

        assert _sha(frame) == hashlib.sha256(form).hexdigest()

    def test_says_how_big_the_frame_is(self) -> None:
        facts = identify(pl.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]})).facts

        assert (facts["rows"], facts["columns"], facts["library"]) == (3, 2, "polars")


class TestEqualContent:
    @pytest.mark.parametrize("name", sorted(COLUMNS))
    def test_is_equal_in_polars_and_pyarrow(self, name: str) -> None:
        frame = pl.DataFrame({name: COLUMNS[name]}, strict=False)

        assert _sha(frame) == _sha(frame.to_arrow())

    @pytest.mark.parametrize("name", ["text", "bytes", "bool", "when", "naive", "span", "nothing"])
    def test_is_equal_in_pandas(self, name: str) -> None:
        frame = pl.DataFrame({name: COLUMNS[name]}, strict=False)

        assert _sha(frame) == _sha(frame.to_pandas().astype({name: object} if name == "bool" else {}))

    def test_is_equal_in_pandas_for_plain_numbers(self) -> None:
        content = {"i": [1, 2, 3], "f": [0.5, NAN, -1.0], "b": [True, False, True], "t": ["a", "b", "c"]}

        assert len({_sha(pl.DataFrame(content)), _sha(pd.DataFrame(content)), _sha(pa.table(content))}) == 1

    def test_is_equal_in_pandas_with_masks_and_arrow_columns(self) -> None:
        expected = _sha(pl.DataFrame({"i": [1, None]}))

        assert _sha(pd.DataFrame({"i": pd.array([1, None], dtype="Int64")})) == expected
        assert _sha(pd.DataFrame({"i": pd.array([1, None], dtype="int64[pyarrow]")})) == expected

    def test_is_equal_whatever_the_width_and_the_encoding(self) -> None:
        narrow = pl.DataFrame({"i": pl.Series([1, 2], dtype=pl.Int8), "t": pl.Series(["a", "b"], dtype=pl.Categorical)})

        assert _sha(narrow) == _sha(pl.DataFrame({"i": [1, 2], "t": ["a", "b"]}))

    def test_is_equal_however_it_lies_in_memory(self) -> None:
        whole = pa.table({"i": [1, 2, 3, 4], "t": ["a", None, "c", "d"], "b": [True, False, None, True]})
        parts = pa.concat_tables([whole.slice(0, 1), whole.slice(1, 3)])

        assert _sha(parts) == _sha(whole)
        assert _sha(whole.slice(1, 2)) == _sha(pl.DataFrame({"i": [2, 3], "t": [None, "c"], "b": [False, None]}))
        assert _sha(pl.concat([pl.DataFrame({"i": [1]}), pl.DataFrame({"i": [2]})], rechunk=False)) == _sha(
            pl.DataFrame({"i": [1, 2]})
        )

    @given(
        st.lists(
            st.tuples(st.none() | st.integers(-(2**63), 2**63 - 1), st.none() | st.text(), st.none() | st.floats())
        )
    )
    def test_is_equal_for_any_rows(self, rows: list[tuple[int | None, str | None, float | None]]) -> None:
        schema = {"i": pl.Int64, "t": pl.String, "f": pl.Float64}
        texts = [(i, None if t is None else t.encode("utf-8", "replace").decode(), f) for i, t, f in rows]
        frame = pl.DataFrame(texts, schema=schema, orient="row")

        assert _sha(frame) == _sha(frame.to_arrow())

    def test_is_equal_over_several_blocks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(frames, "BLOCK_ROWS", 3)
        content = {"i": list(range(8)), "t": [str(n) for n in range(8)]}

        assert len({_sha(pl.DataFrame(content)), _sha(pd.DataFrame(content)), _sha(pa.table(content))}) == 1


class TestAnyDifference:
    def test_in_one_late_row_is_seen(self) -> None:
        labels = np.zeros(50_000, dtype=np.int64)
        flipped = labels.copy()
        flipped[49_999] = 1
        makers: list[Any] = [pl.DataFrame, pd.DataFrame, pa.table]

        for make in makers:
            assert _sha(make({"y": labels})) != _sha(make({"y": flipped}))
        assert _sha(labels) != _sha(flipped)

    @pytest.mark.parametrize(
        "other",
        [
            {"a": [2, 1], "b": ["x", "y"]},
            {"a": [1, 2], "c": ["x", "y"]},
            {"b": ["x", "y"], "a": [1, 2]},
            {"a": [1.0, 2.0], "b": ["x", "y"]},
            {"a": [1, 2], "b": ["xy", ""]},
            {"a": [1, None], "b": ["x", "y"]},
            {"a": [1], "b": ["x"]},
            {"a": [1, 2]},
        ],
        ids=[
            "order of rows",
            "name",
            "order of columns",
            "kind",
            "border of texts",
            "null",
            "fewer rows",
            "fewer columns",
        ],
    )
    def test_in_content_or_shape_is_seen(self, other: dict[str, list[Any]]) -> None:
        assert _sha(pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})) != _sha(pl.DataFrame(other))

    def test_between_null_and_zero_is_seen(self) -> None:
        assert _sha(pl.DataFrame({"a": [None, 1]})) != _sha(pl.DataFrame({"a": [0, 1]}))

    def test_in_the_index_of_pandas_is_seen(self) -> None:
        frame = pd.DataFrame({"a": [1, 2]})

        assert _sha(frame) != _sha(frame.set_axis([5, 6]))
        assert _sha(frame) != _sha(frame.set_axis(["x", "y"]))

    def test_in_the_shape_or_type_of_an_array_is_seen(self) -> None:
        array = np.arange(6, dtype=np.int64)

        assert len({_sha(array), _sha(array.reshape(2, 3)), _sha(array.reshape(3, 2)), _sha(array.astype("i4"))}) == 4


class TestAnArray:
    def test_is_equal_however_it_lies_in_memory(self) -> None:
        array = np.arange(12, dtype=np.float64).reshape(3, 4)

        assert _sha(array) == _sha(np.asfortranarray(array)) == _sha(array.astype(">f8")) == _sha(np.vstack([array]))

    def test_may_hold_anything(self) -> None:
        assert _sha(np.array(["a", None, {"b": 1}], dtype=object)) != _sha(
            np.array(["a", None, {"b": 2}], dtype=object)
        )

    @pytest.mark.parametrize("array", [np.array(3.0), np.zeros((0, 4)), np.zeros((2, 0)), np.array(["a", "b"])])
    def test_may_be_of_any_shape(self, array: Any) -> None:
        assert identify(array).facts["shape"] == list(array.shape)
        assert _sha(array)

    def test_says_how_big_it_is(self) -> None:
        facts = identify(np.zeros((3, 4))).facts

        assert (facts["rows"], facts["columns"], facts["dtype"]) == (3, 4, "float64")


class TestOtherShapesOfData:
    def test_columns_are_identified(self) -> None:
        assert _sha(pl.Series("a", [1, 2])) == _sha(pd.Series([1, 2], name="a")) == _sha(pl.DataFrame({"a": [1, 2]}))
        assert _sha(pa.array([1, 2])) == _sha(pa.chunked_array([[1], [2]]))

    def test_frames_without_rows_or_columns_are_identified(self) -> None:
        assert len({_sha(pl.DataFrame()), _sha(pd.DataFrame()), _sha(pa.table({}))}) == 1
        assert _sha(pl.DataFrame({"a": pl.Series([], dtype=pl.String)}))

    def test_lazy_frames_are_a_problem(self) -> None:
        assert "call .collect() first" in str(identify(pl.LazyFrame({"a": [1]})).problem)

    def test_pandas_with_mixed_and_nested_values_is_identified(self) -> None:
        frame = pd.DataFrame({"x": [1, "a", None], "y": [[1], {"b": 2}, dt.date(2026, 1, 1)]})
        other = pd.DataFrame({"x": [1, "a", None], "y": [[1], {"b": 3}, dt.date(2026, 1, 1)]})

        assert _sha(frame) != _sha(other)

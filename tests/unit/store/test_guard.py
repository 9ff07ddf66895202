from __future__ import annotations

import polars as pl
import pytest
from deltalake import DeltaTable

from runlake.errors import StoreError
from runlake.store.guard import guarded


class PanicException(BaseException):  # named like the one of the Rust bindings
    """What a panic arrives as."""


class TestGuarded:
    def test_a_panic_becomes_a_store_error(self) -> None:
        with pytest.raises(StoreError) as caught, guarded("cannot read table runs", "/lake"):
            raise PanicException("called `Option::unwrap()` on a `None` value\nbacktrace")

        assert str(caught.value) == (
            "cannot read table runs (/lake): called `Option::unwrap()` on a `None` value; `runlake doctor` says more"
        )

    def test_errors_of_the_engines_become_store_errors(self, tmp_path: object) -> None:
        with pytest.raises(StoreError, match="cannot read"), guarded("cannot read", "/lake"):
            DeltaTable(str(tmp_path))
        with pytest.raises(StoreError, match="cannot read"), guarded("cannot read", "/lake"):
            pl.scan_parquet(f"{tmp_path}/none.parquet").collect()

    def test_the_reason_is_told_with_what_failed(self) -> None:
        with pytest.raises(StoreError) as caught, guarded("cannot append", "/lake"):
            raise OSError(
                "Generic LocalFileSystem error\n   \x1b[31m↳\x1b[0m Unable to rename file\n"
                "   \x1b[31m↳\x1b[0m Operation not permitted (os error 1)\n"
            )

        assert caught.value.cause == (
            "Generic LocalFileSystem error: Unable to rename file: Operation not permitted (os error 1)"
        )

    @pytest.mark.parametrize("other", [KeyboardInterrupt, ValueError, SystemExit])
    def test_others_pass(self, other: type[BaseException]) -> None:
        with pytest.raises(other), guarded("cannot read", "/lake"):
            raise other

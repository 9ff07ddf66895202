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

    @pytest.mark.parametrize("other", [KeyboardInterrupt, ValueError, SystemExit])
    def test_others_pass(self, other: type[BaseException]) -> None:
        with pytest.raises(other), guarded("cannot read", "/lake"):
            raise other

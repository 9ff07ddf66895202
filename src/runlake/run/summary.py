"""Explicit results of a run, which no later point of a series overwrites."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from runlake.capture.redact_names import check_key
from runlake.errors import expect
from runlake.run.values import as_number, as_other, number_text
from runlake.schema import SUMMARIES

if TYPE_CHECKING:
    from runlake.run.recorder import Recorder


class Summary(Mapping[str, Any]):
    """Results by key, as set through this handle.

    Setting a key stores it; reading gives back what this process has set.
    """

    def __init__(self, store: Callable[[Mapping[str, Any]], None]) -> None:
        self._store = store
        self._values: dict[str, Any] = {}

    def __setitem__(self, key: str, value: Any) -> None:
        self.update({key: value})

    def update(self, values: Mapping[str, Any]) -> None:
        """Store several results as one call."""
        self._store(values)
        self._values.update(values)

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Summary({self._values!r})"


def summary_rows(recorder: Recorder, values: Mapping[str, Any]) -> list[list[Any]]:
    """Lay out rows of explicit results.

    Raises:
        InvalidType, InvalidValue: a key or value cannot be kept.
    """
    expect(values, Mapping, "summary", "a mapping of keys to results")
    rows = []
    for name, value in values.items():
        key = check_key(name, "summary")
        number = as_number(key, value)
        if number is not None:
            text, kind = number_text(number), "float"
        else:
            kind, text = as_other(key, value, recorder.clean)
            text = json.loads(text) if kind == "str" else text
        rows.append(SUMMARIES.row(ts=recorder.now(), key=key, explicit=True, value=text, value_num=number, type=kind))
    return rows

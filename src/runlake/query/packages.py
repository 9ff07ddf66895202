"""Packages that runs were made with, from the list that was captured at their start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from runlake.errors import RunlakeError
from runlake.query.artifacts import artifact_bytes, artifacts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlake.query.source import Source

KIND = "environment"
NAME = "packages.txt"
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*==\s*([^\s;#]+)")


def packages(source: Source, run_ids: Iterable[str]) -> pl.DataFrame:
    """Read the captured package lists: lines `name==version` of `packages.txt` of kind "environment".

    A run without a readable list has no rows.

    Returns:
        run_id, package, version; sorted by run_id, package.
    """
    is_list = (pl.col("kind") == KIND) & pl.col("path").str.ends_with(NAME) & pl.col("latest")
    listed = artifacts(source, run_ids).filter(is_list)
    read: dict[str | None, list[tuple[str, str]]] = {}
    rows = []
    for run_id, path, sha256 in listed.select("run_id", "path", "sha256").rows():
        # Runs of one environment share one list.
        if sha256 is None or sha256 not in read:
            read[sha256] = _pins(source, run_id, path)
        rows += [(run_id, name, version) for name, version in read[sha256]]
    schema = {"run_id": pl.String(), "package": pl.String(), "version": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row").unique().sort("run_id", "package", "version")


def _pins(source: Source, run_id: str, path: str) -> list[tuple[str, str]]:
    try:
        text = artifact_bytes(source, run_id, path).decode("utf-8", "replace")
    except RunlakeError:  # the list waits elsewhere or is gone: that is no reason to refuse a comparison
        return []
    found = (_PIN.match(line.strip()) for line in text.splitlines())
    return [(pin[1], pin[2]) for pin in found if pin]

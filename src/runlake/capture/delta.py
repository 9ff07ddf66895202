"""Identity of a Delta table, read from its log with the standard library alone."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from runlake.capture.datasets import DataIdentity
from runlake.capture.redact import redact_url

if TYPE_CHECKING:
    from pathlib import Path

_VERSION = re.compile(r"(\d{20})\.(?:json|checkpoint\.(?:.*\.)?parquet|checkpoint\..*\.json)")
_MOST_COMMITS = 10_000


def of_table(table: Any) -> DataIdentity:
    """Identify an open `deltalake.DeltaTable` by its id and the version that it shows."""
    number, table_id = int(table.version()), str(table.metadata().id)
    facts = {"uri": redact_url(str(table.table_uri)), "table_id": table_id, "table_version": number}
    return DataIdentity("delta", f"{table_id}@{number}", facts=facts)


def of_folder(path: Path, version: str | None) -> DataIdentity:
    """Identify the table in a folder by its id and its newest version, or the one that was asked for.

    Args:
        path: the folder that holds `_delta_log`.
        version: a number, as text; anything else is not a version of the table and means the newest.

    Raises:
        OSError: the log cannot be read.
    """
    log = path / "_delta_log"
    there = sorted({int(m[1]) for name in log.iterdir() if (m := _VERSION.fullmatch(name.name))})
    if not there:
        return DataIdentity("delta", facts={"problem": "its log holds no commit"})
    number = int(version) if version is not None and version.isdigit() else there[-1]
    if number > there[-1]:
        return DataIdentity("delta", facts={"problem": f"version {number} is newer than its newest, {there[-1]}"})
    found = _metadata(log, number)
    facts: dict[str, Any] = {"table_version": number}
    if found is None:
        problem = "its id is no longer in the log, only in a checkpoint"
        return DataIdentity("delta", str(number), facts={**facts, "problem": problem})
    schema = str(found.get("schemaString", ""))
    facts |= {
        "table_id": found["id"],
        "columns": len(json.loads(schema)["fields"]) if schema else None,
        "schema_sha256": hashlib.sha256(schema.encode()).hexdigest(),
    }
    return DataIdentity("delta", f"{found['id']}@{number}", facts=facts)


def _metadata(log: Path, number: int) -> dict[str, Any] | None:
    """Return the newest metadata at a version: it is in the commit that set it, mostly the first."""
    for commit in range(number, max(-1, number - _MOST_COMMITS), -1):
        file = log / f"{commit:020d}.json"
        if not file.exists():
            continue
        # A commit may be large; the line that matters is short.
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                if '"metaData"' in line[:64] and "id" in (found := json.loads(line).get("metaData", {})):
                    return dict(found)
    first = log / f"{0:020d}.json"
    return _metadata(log, 0) if number >= _MOST_COMMITS and first.exists() else None

"""Counts and digests of what a segment holds, per run and table: the material of its links."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Protocol

from runlake.audit import Link, link_document
from runlake.journal import format as fmt


class Digest(Protocol):
    """What this module needs of a `hashlib` object."""

    def update(self, data: bytes, /) -> None:
        """Add bytes."""

    def hexdigest(self) -> str:
        """Return the digest of all bytes so far."""


@dataclass(slots=True)
class TableContent:
    """Rows of one run in one table."""

    rows: int = 0
    digest: Digest = field(default_factory=hashlib.sha256)


@dataclass(slots=True)
class RunContent:
    """What a segment holds of one run."""

    number: int
    run_id: str | None
    prev: str
    tables: dict[str, TableContent] = field(default_factory=dict)
    final: bool = False
    shapes: int = 0

    def table(self, name: str) -> TableContent:
        """Return the content of one table, empty at first."""
        found = self.tables.get(name)
        if found is None:
            found = self.tables[name] = TableContent()
        return found

    def add_shape(self, keys: tuple[str, ...]) -> None:
        """Count the first call with these keys."""
        self.shapes += 1
        self.table("metrics").digest.update(fmt.shape_content(keys))

    def add_points(self, body: bytes, keys: int) -> None:
        """Count one call of points, given the body of its record."""
        content = self.table("metrics")
        content.rows += keys
        content.digest.update(body[fmt.POINT_CONTENT :])

    def add_rows(self, table: str, content: bytes, rows: int) -> None:
        """Count one call of rows, given their canonical bytes."""
        entry = self.table(table)
        entry.rows += rows
        entry.digest.update(content)

    def link(self, writer: str, link: int, *, recovered: bool) -> str:
        """Write the link document of what was counted."""
        return link_document(
            Link(
                run_id=self.run_id or "",
                writer=writer,
                link=link,
                prev=self.prev,
                tables={name: (t.rows, t.digest.hexdigest()) for name, t in self.tables.items() if t.rows},
                final=self.final,
                recovered=recovered,
            )
        )

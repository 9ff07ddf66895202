"""What a column and a table are, as plain data that every unit can read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Storage type of a column; `store.arrow` alone maps it to Arrow and Delta."""

    TEXT = "string"
    INT = "int64"
    FLOAT = "float64"
    BOOL = "bool"
    TIME = "timestamp[us, UTC]"
    TEXTS = "list<string>"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the writer, the store, the checks and the reference page read this."""

    name: str
    kind: Kind
    doc: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the lake.

    Attributes:
        name: the folder below the store.
        doc: one sentence, "one row is ...".
        key: the columns that identify a row.
        columns: the table's own columns in journal order; `COMMON` follows them on disk.
        sort: the order of rows inside a file, chosen for what readers filter by.
    """

    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    sort: tuple[str, ...] = ()
    position: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "position", {c.name: i for i, c in enumerate(self.columns)})

    @property
    def stored(self) -> tuple[Column, ...]:
        """All columns on disk: `run_id`, the table's own, then where the row came from."""
        return (COMMON[0], *self.columns, *COMMON[1:])

    def row(self, **values: object) -> list[object]:
        """Lay out `values` in the order of `columns`; what is not given is None.

        Raises:
            KeyError: a name is not a column of this table.
        """
        row: list[object] = [None] * len(self.columns)
        for name, value in values.items():
            row[self.position[name]] = value
        return row


COMMON = (
    Column("run_id", Kind.TEXT, "The run that the row belongs to; null where it belongs to none."),
    Column("writer", Kind.TEXT, "Random id of the process that wrote the row.", required=True),
    Column("link", Kind.INT, "Number of the writer's flush that holds the row.", required=True),
    Column("seq", Kind.INT, "Number of the writer's call; rows of one call share it.", required=True),
    Column("logged_at", Kind.TIME, "When Runlake received the row, by the writer's clock."),
)

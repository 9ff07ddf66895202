"""Tables and columns as plain data: writer, store, docs and checks read this one list."""

from runlake.schema.column import COMMON, Column, Kind, Table
from runlake.schema.tables import (
    ARTIFACTS,
    COMMIT_ORDER,
    CONSOLE,
    EVENTS,
    EXPERIMENTS,
    IDENTITIES,
    LINKS,
    METRICS,
    PARAMS,
    RUNS,
    SUMMARIES,
    SYSTEM_METRICS,
    TABLES,
    TAGS,
    VALUES,
    VIEWS,
)

__all__ = [
    "ARTIFACTS",
    "COMMIT_ORDER",
    "COMMON",
    "CONSOLE",
    "EVENTS",
    "EXPERIMENTS",
    "IDENTITIES",
    "LINKS",
    "METRICS",
    "PARAMS",
    "RUNS",
    "SUMMARIES",
    "SYSTEM_METRICS",
    "TABLES",
    "TAGS",
    "VALUES",
    "VIEWS",
    "Column",
    "Kind",
    "Table",
]

"""The lake itself: Delta tables, what brings journals into them, and pinned reading.

The contract is in the modules, because the ingester process must choose its limits before Polars
is loaded: `layout` (where things are), `ingest.drain` (journals -> tables), `ingester` (the process
that does so), `snapshot.open_snapshot` (reading), `guard.guarded` (the errors of the engines).
"""

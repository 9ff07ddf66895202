"""The handle that users log to.

Read `run` (the handle), `values` and `params` (what may be logged), `files` (artifact names),
`recorder` (rows with their author) in this order.
"""

from runlake.run.params import params_of
from runlake.run.recorder import Author, Recorder, event_row
from runlake.run.run import Run, describe_error, note_fields, param_rows, tag_values
from runlake.run.values import check_key

__all__ = [
    "Author",
    "Recorder",
    "Run",
    "check_key",
    "describe_error",
    "event_row",
    "note_fields",
    "param_rows",
    "params_of",
    "tag_values",
]

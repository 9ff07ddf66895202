"""The handle that users log to.

Read `run` (the handle), `values` and `params` (what may be logged), `artifacts` and `files` (what a
run refers to), `texts` (tags and notes), `recorder` (rows with their author) in this order.
"""

from runlake.run.artifacts import file_row
from runlake.run.params import changed_params, param_rows, params_of
from runlake.run.recorder import Author, Recorder, event_row
from runlake.run.run import Run
from runlake.run.texts import NOTES, describe_error, note_fields, tag_values
from runlake.run.values import check_key

__all__ = [
    "NOTES",
    "Author",
    "Recorder",
    "Run",
    "changed_params",
    "check_key",
    "describe_error",
    "event_row",
    "file_row",
    "note_fields",
    "param_rows",
    "params_of",
    "tag_values",
]

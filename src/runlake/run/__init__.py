"""The handle that users log to.

Read `run` (the handle), `values` and `params` (what may be logged), `artifacts` and `files` (what a
run refers to), `summary` (explicit results), `recorder` (rows with their author) in this order.
"""

from runlake.run.artifacts import file_row
from runlake.run.params import changed_params, param_rows, params_of
from runlake.run.recorder import Author, Recorder, event_row
from runlake.run.run import Run

__all__ = [
    "Author",
    "Recorder",
    "Run",
    "changed_params",
    "event_row",
    "file_row",
    "param_rows",
    "params_of",
]

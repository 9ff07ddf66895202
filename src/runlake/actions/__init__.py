"""Every verb that changes the lake after logging, with who does it and why.

Each function checks its targets, reads what they are now, and writes rows and events through the
journal in one record, so a change never lacks its event. All pass the access gate. What is already
as asked leaves no row and no event, and the outcome says so.
"""

from runlake.actions.change import Change, Outcome
from runlake.actions.events import record_event
from runlake.actions.experiments import (
    DIRECTIONS,
    REDUCERS,
    Details,
    archive_experiment,
    create_experiment,
    edit_experiment,
    rename_experiment,
    restore_experiment,
)
from runlake.actions.exports import Export, exported
from runlake.actions.gate import allow
from runlake.actions.journals import adopt_journals
from runlake.actions.maintenance import compact_store, repair_store, vacuum_store
from runlake.actions.runs import delete_runs, note_run, rename_run, restore_runs
from runlake.actions.tags import remove_tags, set_tags
from runlake.actions.views import VISIBILITIES, ViewDetails, change_view, delete_view, restore_view, save_view
from runlake.actions.who import Actor, claimed_actor, claimed_name, local_actor
from runlake.actions.writable import why_read_only

__all__ = [
    "DIRECTIONS",
    "REDUCERS",
    "VISIBILITIES",
    "Actor",
    "Change",
    "Details",
    "Export",
    "Outcome",
    "ViewDetails",
    "adopt_journals",
    "allow",
    "archive_experiment",
    "change_view",
    "claimed_actor",
    "claimed_name",
    "compact_store",
    "create_experiment",
    "delete_runs",
    "delete_view",
    "edit_experiment",
    "exported",
    "local_actor",
    "note_run",
    "record_event",
    "remove_tags",
    "rename_experiment",
    "rename_run",
    "repair_store",
    "restore_experiment",
    "restore_runs",
    "restore_view",
    "save_view",
    "set_tags",
    "vacuum_store",
    "why_read_only",
]

"""What is going on, and what needs somebody?"""

from __future__ import annotations

import frame
import state
from components import changing, empty_state, finding
from components.home import attention_list, experiment_drawer, experiment_tree, home_head, leaving, pin_cards, pins
from components.views import view_list
from reads import data

leaving.follow()
changing.say()
found, damage = data.overview()
paths = found.paths
may_change = not changing.refusal()
home_head.show(found, runs=len(data.names()))
pin_cards.show([row for row in paths.to_dicts() if pins.is_pinned(row)], may_change=may_change)
if not data.names():
    empty_state.no_runs()
else:
    with frame.guard():
        attention_list.show()
with frame.guard():
    view_list.show()
if damage is not None:
    finding.show("The best runs cannot be told.", str(damage), todo="`runlake doctor` says what is damaged.")
if paths.height:
    with frame.guard():
        text = state.HOME_TEXT.get()
        rows = experiment_tree.found(paths, text=text, archived=state.HOME_ARCHIVED.get())
        folded = () if text.strip() else state.HOME_FOLDED.get()
        if rows.is_empty():
            empty_state.show(
                "No experiment fits the search.",
                icon=":material/search_off:",
                action="Clear the search",
                on_action=home_head.clear,
            )
        else:
            shown = experiment_tree.unfolded(rows, folded)
            experiment_tree.show(shown, folded=folded, until=found.until, may_change=may_change)
            home_head.below(found, runs=len(data.names()))
    experiment_drawer.show(paths)

frame.watch(running=bool(found.experiments["running"].sum()))

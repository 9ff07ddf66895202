"""What a run is made of and where it ran: code, machine, person, console, data; secrets taken out first.

Nothing here raises into somebody's training. A fact that cannot be read is None, with a sentence that
says why. Names are loaded when they are first used, so that importing this costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runlake.capture.console import ConsoleTee
    from runlake.capture.context import CapturedFile, Context, RunFacts, capture_run, captured_cells
    from runlake.capture.datasets import DataIdentity, identify
    from runlake.capture.entry import Entry, auto_name_stem, notebook_cells
    from runlake.capture.environment import Environment, read_environment
    from runlake.capture.git import GitState, git_state
    from runlake.capture.redact import (
        UNSCANNABLE,
        LineRedactor,
        is_secret_key,
        is_secret_name,
        redact_args,
        redact_env,
        redact_patch,
        redact_text,
        redact_url,
        redact_value,
    )
    from runlake.capture.seeds import read_seeds
    from runlake.capture.system import SystemSampler
    from runlake.capture.who import Who, who_is_there

__all__ = [
    "UNSCANNABLE",
    "CapturedFile",
    "ConsoleTee",
    "Context",
    "DataIdentity",
    "Entry",
    "Environment",
    "GitState",
    "LineRedactor",
    "RunFacts",
    "SystemSampler",
    "Who",
    "auto_name_stem",
    "capture_run",
    "captured_cells",
    "git_state",
    "identify",
    "is_secret_key",
    "is_secret_name",
    "notebook_cells",
    "read_environment",
    "read_seeds",
    "redact_args",
    "redact_env",
    "redact_patch",
    "redact_text",
    "redact_url",
    "redact_value",
    "who_is_there",
]

_HOMES = {
    "console": ("ConsoleTee",),
    "context": ("CapturedFile", "Context", "RunFacts", "capture_run", "captured_cells"),
    "datasets": ("DataIdentity", "identify"),
    "entry": ("Entry", "auto_name_stem", "notebook_cells"),
    "environment": ("Environment", "read_environment"),
    "git": ("GitState", "git_state"),
    "seeds": ("read_seeds",),
    "system": ("SystemSampler",),
    "who": ("Who", "who_is_there"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOME_OF.get(name, 'redact')}"), name)
    globals()[name] = found
    return found

"""What was started: the script, module, notebook or session, and what a run of it is called."""

from __future__ import annotations

import datetime as dt
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path, PurePath

from runlake.capture.guard import attempt
from runlake.capture.redact_text import redact_code, redact_text

MAX_CELLS_CHARS = 2 * 2**20


@dataclass(frozen=True, slots=True)
class Entry:
    """What was started.

    Attributes:
        source_type: script, module, notebook or interactive.
        entry_point: path relative to the repository, else to the working directory, else absolute;
            the dotted name of a module; None where it cannot be known.
        folder: where its code lies, None where there is no file.
    """

    source_type: str
    entry_point: str | None = None
    folder: str | None = None


def read_entry() -> Entry:
    """Find out what was started; costs some 100 µs."""
    return attempt("entry point", _read).value or Entry("interactive")


def _read() -> Entry:
    shell = _shell()
    if shell is not None:
        notebook = _notebook_path(shell)
        if notebook is not None or _is_kernel(shell):
            return Entry("notebook", *_placed(notebook))
        return Entry("interactive")
    main = sys.modules.get("__main__")
    spec = getattr(main, "__spec__", None)
    file = getattr(main, "__file__", None)
    if spec is not None and spec.name:
        name = spec.name.removesuffix(".__main__")
        return Entry("module", name, None if spec.origin is None else _own_folder(spec.origin))
    if file is None or hasattr(sys, "ps1"):
        return Entry("interactive")
    return Entry("script", *_placed(file))


def _shell() -> object | None:
    """Return IPython's shell where the code runs in one; IPython is not imported for it."""
    ipython = sys.modules.get("IPython")
    get = getattr(ipython, "get_ipython", None)
    return get() if callable(get) else None


def _is_kernel(shell: object) -> bool:
    return type(shell).__name__ != "TerminalInteractiveShell"


def _notebook_path(shell: object) -> str | None:
    names = getattr(shell, "user_ns", {})
    for found in (names.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")):
        # Newer servers put the path there, older ones a random id.
        if isinstance(found, str) and found.endswith(".ipynb"):
            return found
    return None


def _placed(path: str | None) -> tuple[str | None, str | None]:
    """Return the path as runs show it, and the folder of the code."""
    if path is None:
        return None, None
    file = Path(path).absolute()
    if file.parent.parent == Path(sys.prefix):
        return file.name, None  # an installed command: its own place says nothing
    root = find_root(str(file.parent)) or str(Path.cwd())
    try:
        shown = file.resolve().relative_to(Path(root).resolve())
    except ValueError:
        shown = file
    return shown.as_posix(), str(file.parent)


def _own_folder(origin: str) -> str | None:
    folder = os.path.dirname(os.path.abspath(origin))  # noqa: PTH100, PTH120 - `origin` may be "frozen"
    installed = {"site-packages", "dist-packages"} & set(PurePath(folder).parts)
    return None if installed or not os.path.isdir(folder) else folder  # noqa: PTH112 - as above


def find_root(folder: str) -> str | None:
    """Return the root of the git work tree that holds `folder`, without starting git."""
    here = os.path.abspath(folder)  # noqa: PTH100 - as below
    while True:
        if os.path.exists(os.path.join(here, ".git")):  # noqa: PTH110, PTH118 - an eighth of the cost of Path, at every run
            return here
        above = os.path.dirname(here)  # noqa: PTH120 - as above
        if above == here:
            return None
        here = above


def auto_name_stem(now_us: int, entry: Entry) -> str:
    """Return what a run without a name is called, before its version: `2026-01-31_train_fraud`.

    Args:
        now_us: microseconds since 1970; the date is the one in UTC, as in the tables.
        entry: what was started.
    """
    day = dt.datetime.fromtimestamp(now_us / 1_000_000, tz=dt.UTC).date()
    last = (entry.entry_point or "").replace("\\", "/").rstrip("/").rpartition("/")[2]
    is_module = entry.source_type == "module"
    last = last.rpartition(".")[2] if is_module else re.sub(r"\.(py|pyw|ipynb|sh)$", "", last)
    stem = re.sub(r"[^\w-]+", "_", redact_text(last)).strip("_")[:80]
    return f"{day.isoformat()}_{stem or entry.source_type}"


def notebook_cells() -> str | None:
    """Return the cells run so far in a notebook or IPython session as one source text, redacted.

    Returns:
        Cells under `# In[n]:` in the order of their execution; None outside of a notebook.
    """
    return attempt("notebook cells", _cells).value


def _cells() -> str | None:
    shell = _shell()
    history = getattr(shell, "history_manager", None)
    raw = getattr(history, "input_hist_raw", None) or getattr(shell, "user_ns", {}).get("In")
    if not raw:
        return None
    cells = [f"# In[{number}]:\n{str(source).rstrip()}\n" for number, source in enumerate(raw) if str(source).strip()]
    text = redact_code("\n".join(cells))[0]
    if len(text) > MAX_CELLS_CHARS:
        text = text[:MAX_CELLS_CHARS] + "\n# [cut: more than 2 MiB of cells]\n"
    return text if cells else None

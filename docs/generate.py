"""Write the pages of `docs/reference` that follow from the code: `make docs`. A test compares them."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import runlake
from runlake import actions, errors
from runlake.schema import COMMIT_ORDER, COMMON, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HERE = Path(__file__).parent / "reference"


def tables() -> str:
    """Every table and column."""
    lines = [
        "# The tables",
        "",
        "Each table is a Delta Lake table in the folder of its name below the store, unpartitioned and append-only. "
        "Times are UTC with microseconds. [How to read them](../how-to/read-the-tables.md) without Runlake.",
        "",
        "## Columns of every table",
        "",
        *_columns(COMMON),
    ]
    for table in COMMIT_ORDER:
        key = ", ".join(f"`{name}`" for name in table.key)
        lines += ["", f"## `{table.name}`", "", f"{table.doc} Key: {key}.", "", *_columns(table.columns)]
    return "\n".join([*lines, ""])


def _columns(columns: Iterable[Column]) -> Iterator[str]:
    yield from ("| column | type | meaning |", "|---|---|---|")
    yield from (f"| `{c.name}` | {c.kind} | {c.doc} |" for c in columns)


def exceptions() -> str:
    """Every exception."""
    found = [kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, errors.RunlakeError)]
    lines = ["# Errors", "", "All are in `runlake.errors`; `except runlake.RunlakeError` catches every one.", ""]
    lines += ["| exception | also a | raised for |", "|---|---|---|"]
    for kind in found:
        parent = next(
            (f"`{b.__name__}`" for b in kind.__bases__ if b.__module__ == "builtins" and b is not Exception), ""
        )
        lines.append(f"| `{kind.__name__}` | {parent} | {_doc(kind).splitlines()[0]} |")
    return "\n".join([*lines, ""])


def api() -> str:
    """The public names of the package and its classes."""
    lines = ["# Python", "", "What `runlake` itself offers, and below it the functions that change what was logged."]
    functions = [(name, getattr(runlake, name)) for name in runlake.__all__]
    for name, one in functions:
        if inspect.isclass(one) and not issubclass(one, Exception):
            lines += ["", f"## `runlake.{name}`", "", *_fenced(_doc(one))]
            for method, function in sorted(vars(one).items()):
                if not method.startswith("_"):
                    lines += ["", f"### `{name}.{method}`", "", *_described(method, function)]
        elif inspect.isfunction(one):
            lines += ["", f"## `runlake.{name}`", "", *_described(name, one)]
        elif inspect.isclass(one):
            lines += ["", f"## `runlake.{name}`", "", f"{_doc(one)} [All errors](errors.md)."]
        elif inspect.ismodule(one):
            lines += ["", f"## `runlake.{name}`", "", *_fenced(_doc(one))]
            for member in one.__all__:
                lines += _member(f"{name}.{member}", getattr(one, member))
        else:
            lines += ["", f"## `runlake.{name}`", "", "The version of the package."]
    for name in actions.__all__:
        one = getattr(actions, name)
        lines += ["", f"## `runlake.actions.{name}`", "", *_described(name, one)]
    return "\n".join([*lines, ""])


def _member(name: str, one: Any) -> list[str]:
    if inspect.isclass(one):
        return ["", f"### `{name}`", "", *_fenced(f"{name}{_signature(one)}\n\n{_doc(one)}")]
    if inspect.isfunction(one):
        return ["", f"### `{name}`", "", *_described(name, one)]
    return ["", f"### `{name}`", "", ", ".join(f"`{part}`" for part in one)]


def _described(name: str, one: Any) -> list[str]:
    plain = one.fget if isinstance(one, property) else getattr(one, "__func__", one)
    if isinstance(one, property) or not callable(plain):
        return _fenced(_doc(plain))
    return _fenced(f"{name}{_signature(plain)}\n\n{_doc(plain)}")


def _signature(function: Callable[..., Any]) -> str:
    try:
        found = inspect.signature(function)
    except (TypeError, ValueError):
        return ""
    kept = [p for p in found.parameters.values() if p.name != "self"]
    text = str(found.replace(parameters=kept))
    # Annotations are kept as text, which `str` quotes.
    text = re.sub(
        r"'([^']*)'", lambda m: m[1] if m.start() and text[m.start() - 2 : m.start()] in {": ", "> "} else m[0], text
    )
    return text if len(text) < 100 else text.replace(", *, ", ",\n    *, ").replace("(", "(\n    ", 1)


def _fenced(text: str) -> list[str]:
    return ["```", *text.splitlines(), "```"]


def _doc(one: Any) -> str:
    return inspect.getdoc(one) or ""


PAGES = {"tables.md": tables, "errors.md": exceptions, "api.md": api}

if __name__ == "__main__":
    for page, write in PAGES.items():
        (HERE / page).write_text(write(), encoding="utf-8")

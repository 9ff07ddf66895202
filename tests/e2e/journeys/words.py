"""How names of a store are written in a filter and on a page."""

from __future__ import annotations


def quoted(key: str) -> str:
    """Write a key as a filter names it, whatever it is made of."""
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def readable(text: str) -> str:
    """Leave out the marks that keep a name from being read as markup or from turning around."""
    return "".join(char for char in text if char not in "\u2060\u2066\u2067\u2068\u2069")

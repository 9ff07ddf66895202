"""Text from data that drives nothing: no terminal, and no order in which it is read."""

from __future__ import annotations

import re

# Marks, embeddings, overrides and isolates: with them a name ends otherwise than it seems to.
ESCAPES = {
    mark: f"\\u{ord(mark):04x}" for mark in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
}
_BIDI = re.compile(f"[{''.join(ESCAPES)}]")


def plain(text: str) -> str:
    """Show every character that does not print as an escape.

    Control characters would drive the terminal and bidirectional marks would reorder what is
    read, so a name from data cannot do either. Line ends are escaped too: a name stays one line.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def plain_lines(text: str) -> str:
    """Do as `plain` but keep line ends."""
    return "\n".join(plain(line) for line in text.split("\n"))


def in_order(text: str) -> str:
    r"""Show what would reorder the text as an escape, and nothing else: for where a browser lays it out.

    >>> in_order("cod\u202eexe.txt"), in_order("שלום Ω漢字")
    ('cod\\u202eexe.txt', 'שלום Ω漢字')
    """
    return text if text.isascii() else _BIDI.sub(lambda found: ESCAPES[found[0]], text)


def _escape(c: str) -> str:
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(c)
    if named is not None:
        return named
    code = ord(c)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

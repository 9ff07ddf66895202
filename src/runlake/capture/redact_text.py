"""Take secrets out of everything that is about to be written.

Every function fails closed: text that is too big, takes too long or makes a rule raise comes back as
`[redacted:unscannable]`, never as it was. Running one twice changes nothing more.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from runlake.capture.guard import attempt
from runlake.capture.secret_environment import environment_spans, holds_environment
from runlake.capture.secret_names import fold
from runlake.capture.secret_rules import RULES, Span, form_spans
from runlake.capture.secret_values import TRIGGERS, named_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

UNSCANNABLE: Final = "[redacted:unscannable]"
MAX_CHARS: Final = 8 * 2**20
MAX_SECONDS: Final = 5.0
_SHORTEST = 6
_MOST_OF_A_MESSAGE = 100_000
_TRIGGERS = ("-----begin", "://", *TRIGGERS, *dict.fromkeys(t for rule in RULES for t in rule.triggers))


def fail_closed(scan: Callable[[str], str], text: str, *, max_chars: int = MAX_CHARS) -> str:
    """Return `scan(text)`, or `[redacted:unscannable]` where it raises or the text is longer than `max_chars`.

    This is the guard that all functions here go through.
    """
    if len(text) > max_chars:
        return UNSCANNABLE
    scanned = attempt("redaction", lambda: scan(text))
    return UNSCANNABLE if scanned.value is None else scanned.value


def find_spans(text: str, *, code: bool = False, seconds: float = MAX_SECONDS) -> list[Span]:
    """Find all secrets in `text`: sorted, overlapping ones merged under the name of the first.

    Raises:
        TimeoutError: it took longer than `seconds`.
    """
    if len(text) < _SHORTEST:
        return []
    plain = fold(text)
    lowered = plain.lower()
    if plain.isascii():
        for trigger in _TRIGGERS:
            if trigger in lowered:
                break
        else:
            if not holds_environment(text):
                return []
    deadline = time.monotonic() + seconds
    found = [environment_spans(text), form_spans(plain, lowered), named_spans(plain, code=code)]
    if "\\n" in plain and not code:
        # A value that is shown, as in the message of an exception, has its line ends escaped.
        found.append(named_spans(plain.replace("\\n", " \n"), code=code))
    return _merged(*(_in_time(spans, deadline) for spans in found))


def _in_time(spans: Iterable[Span], deadline: float) -> Iterable[Span]:
    for span in spans:
        if time.monotonic() > deadline:
            raise TimeoutError("scanning for secrets took too long")
        yield span


def _merged(*groups: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted((s for group in groups for s in group if s.end > s.start), key=lambda s: (s.start, -s.end)):
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = Span(last.start, max(last.end, span.end), last.rule)
        else:
            merged.append(span)
    return merged


def scan_closed(text: str) -> list[Span] | None:
    """Like `find_spans`, but None where the text could not be scanned."""
    return attempt("redaction", lambda: find_spans(text)).value


def replace_spans(text: str, spans: list[Span]) -> str:
    """Put `[redacted:<rule>]` in place of each span; they are sorted and do not overlap."""
    if not spans:
        return text
    pieces, at = [], 0
    for start, end, rule in spans:
        pieces += [text[at:start], f"[redacted:{rule}]"]
        at = end
    return "".join([*pieces, text[at:]])


def clip(pieces: list[str], spans: list[Span], *, gap: int = 0) -> list[str]:
    """Replace spans of the joined text in each of its pieces, which lie `gap` characters apart."""
    clean, start = [], 0
    for piece in pieces:
        end = start + len(piece)
        inside = [Span(max(s.start, start) - start, min(s.end, end) - start, s.rule) for s in spans]
        clean.append(replace_spans(piece, [s for s in inside if s.end > s.start]))
        start = end + gap
    return clean


def redact_text(text: str) -> str:
    """Replace each secret in running text (messages, console, notes, values) by `[redacted:<rule>]`."""
    if len(text) < _SHORTEST:
        return text
    return fail_closed(lambda t: replace_spans(t, find_spans(t)), text)


def describe_error(problem: BaseException) -> str:
    """Describe an exception by type and message, redacted first and then cut at 2,000 characters."""
    message = attempt("message", lambda: str(problem)).value
    shown = "(its message cannot be shown)" if message is None else message[:_MOST_OF_A_MESSAGE]
    return redact_text(f"{type(problem).__name__}: {shown}")[:2000]


def redact_code(text: str) -> tuple[str, bool]:
    """Redact source code: literals go, expressions such as `token = get_token()` stay.

    Lines stay lines, so that numbers of lines keep their meaning.

    Returns:
        The text, and True where it is no longer byte for byte what it was.
    """
    clean = fail_closed(lambda t: _replaced_by_line(t, find_spans(t, code=True)), text)
    return clean, clean != text


def redact_patch(text: str) -> tuple[str, bool]:
    """Redact a patch without breaking its form: no line is added or lost, and each keeps its first character.

    Returns:
        The patch, and True where it changed: then it is not byte-exact and must be marked so.
    """
    return redact_code(text)


def _replaced_by_line(text: str, spans: list[Span]) -> str:
    pieces, at = [], 0
    for start, end, rule in spans:
        mark = f"[redacted:{rule}]"
        first, *others = text[start:end].split("\n")
        # The first character of a patch line says whether the line was added, removed or kept.
        signs = [line[0] if line[:1] in {"+", "-", " "} else "" for line in others]
        ends = ["\r" if line.endswith("\r") else "" for line in [first, *others][:-1]]
        pieces += [text[at:start], mark, *(f"{end_}\n{sign}{mark}" for end_, sign in zip(ends, signs, strict=True))]
        at = end
    return "".join([*pieces, text[at:]])

"""Credentials that their name gives away: `password: x`, `--api-key x`, `"hf_token": "x"` in running text."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from runlake.capture.secret_names import HARMLESS, HINT, SECRET, TOKEN, strength, words_of
from runlake.capture.secret_rules import Span, looks_random

if TYPE_CHECKING:
    from collections.abc import Iterator

TRIGGERS = ("pass", "secret", "token", "key", "cred", "auth", "pwd", "cookie", "bearer", "jwt", "netrc", "kennwort")
_TRIGGER = "|".join(TRIGGERS) + r"|contrase|motdepasse|senha|creds|otp\b|[^\W\d_A-Za-z]{2,4}(?=\W{1,8}\S)"
# Between a name and its value: closing quote or bracket, then a sign; or a comma between two quoted strings.
_SIGN = (
    r"\\{0,3}[\"'`]?\]?[ \t]*+(?::=|=>|==?|:(?!:)|%3D|%3A)(?!=)[ \t]*+(?:\\?\r?\n[ \t+-]{0,40}+(?=[\"'](?![\"'])))?"
    r"|\\{0,3}[\"'][ \t]*+,[ \t]*+(?=\\{0,3}[\"'])"
)
_ANNOTATED = r":[ \t]{0,4}[A-Za-z_][\w.\[\], |]{0,60}=[ \t]{0,4}(?=[rbfRBF]{0,2}[\"'])"
_FLAG = r"[ \t]++(?!-)"
_QUOTE = r"[rbufRBUF]{0,2}(\"\"\"|'''|\\{0,3}[\"'`])"
# A comma ends a bare value only where the next pair follows.
_BARE = r"(?:[^\s\"'`&;<>,]|,(?!\s{0,4}[\w\"'.-]{1,40}\s{0,2}[=:]))++"
_HARMLESS_VALUE = (
    r"(?i:none|null|nil|true|false|yes|no|on|off|undefined|unset|empty|str|string|int|bytes|bool|any|secretstr|optional|final|classvar|"
    r"float|dict|list|tuple|object)[,)\]]*|([xyXY#-])\1+"
    r"|\*+|\.+|[|>]-?|\$\{?\w+\}?|\$\([^)]*\)|%\w+%|\{+[^{}]*\}+|<[^<>]*>|[({\[]*|\[redacted:\w*\]\W{0,16}"
)
# An expression of code, not a value: a call, an index, an attribute, or a name that only repeats what it is.
_NO_ARGUMENT = r"(?i:|none|null|true|false)|\*+|\$\{?\w+\}?|\[redacted:\w*\]"
_CODE = (
    r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+[,)\]:}]*$|"
    r"(?:await |not |new )?[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_]\w*)*+[(\[]|[A-Za-z_]\w*(?:\??\.[A-Za-z_]\w*)+[,)\]:}]*$"
)
_STAND_INS = frozenset({"key", "pw", "tok", "value", "val", "v", "s", "t", "k", "x"})
_LONGEST_NAME, _LONGEST_VALUE = 80, 8_192
_HEADER_VALUE = r"(?i:basic|bearer|token|digest|negotiate|apikey|aws4\S*)[ \t]+\S|[^\s=;,]{1,80}=[^\n]*;"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@cache
def _trigger() -> re.Pattern[str]:
    return re.compile(_TRIGGER, re.IGNORECASE)


def named_spans(text: str, *, code: bool) -> Iterator[Span]:
    """Find values that follow a name which says that they are secret.

    Args:
        text: folded, see `secret_names.fold`.
        code: the text is source code or a patch of it: expressions on the right-hand side stay, literals go.
    """
    at = 0
    search = _trigger().search
    while (hit := search(text, at)) is not None:
        start, end = _name_around(text, hit.start(), hit.end(), at)
        at = end
        name = text[start:end]
        power = strength(name)
        if power == HARMLESS and name.lower() in {"key", "keys"}:
            name = text[max(0, start - 16) : end]
            power = strength(_last_two_words(name))
        if power == HARMLESS:
            continue
        span = _value_after(text, end, name=name, power=power, code=code)
        if span is not None:
            yield span
            at = span.end


def _last_two_words(text: str) -> str:
    line = text.rpartition("\n")[2]
    return " ".join(re.findall(r"\w+", line)[-2:]) if " " in line.strip() else ""


def _name_around(text: str, start: int, end: int, floor: int) -> tuple[int, int]:
    lowest = max(floor, start - _LONGEST_NAME)
    while start > lowest and (text[start - 1].isalnum() or text[start - 1] in "_-."):
        start -= 1
    match = _compiled(r"[\w.-]*+").match(text, end)
    stop = match.end() if match else end
    while stop > end and text[stop - 1] in "-.":
        stop -= 1
    return start, stop


def _value_after(text: str, end: int, *, name: str, power: int, code: bool) -> Span | None:
    sign = _sign_after(text, end, name=name)
    if sign is None or ("==" in sign[0] and power < SECRET):
        return None
    quote = _compiled(_QUOTE).match(text, sign.end())
    if quote is not None:
        first, last = quote.end(), _closing(text, quote.end(), quote[1])
    else:
        first, last = sign.end(), _bare_end(text, sign.end(), name)
        if text[first:last] in {"|", ">", "|-", ">-"}:
            first, last = _next_line(text, last)
    value = text[first:last]
    # Two strings in a list, such as two names: only where the second looks like more than a word.
    pair = sign[0].endswith((",", " ")) and "," in sign[0]
    if not _is_secret_value(value, power) or (pair and not _has_digits(value)):
        return None
    if (
        code
        and quote is None
        and (_is_expression(text, first, last) or (":" in sign[0] and _is_prose(text, first, last)))
    ):
        return None
    return Span(first, last, "named_secret")


def _sign_after(text: str, end: int, *, name: str) -> re.Match[str] | None:
    patterns = (_FLAG, _ANNOTATED, _SIGN) if name.startswith("-") else (_ANNOTATED, _SIGN)
    return next((m for pattern in patterns if (m := _compiled(pattern).match(text, end))), None)


def _has_digits(value: str) -> bool:
    return len(value) >= 6 and " " not in value and any(c.isdigit() for c in value)


def _closing(text: str, start: int, quote: str) -> int:
    """Where the quoted value ends: at its quote, else at the end of the line, so that nothing is left over."""
    limit = len(text) if len(quote) == 3 and quote[0] == quote[1] else text.find("\n", start)
    limit = min(len(text) if limit < 0 else limit, start + _LONGEST_VALUE)
    at = start
    while (found := text.find(quote, at, limit)) >= 0:
        if quote[0] == "\\" or found == start or text[found - 1] != "\\":
            return found
        at = found + 1
    return limit


def _bare_end(text: str, start: int, name: str) -> int:
    is_header = words_of(name[-40:])[-1:] in (["authorization"], ["cookie"])
    if is_header and _compiled(_HEADER_VALUE).match(text, start):
        rest = _compiled(r"[^\n\"'`]*+").match(text, start)
        return rest.end() if rest else start
    match = _compiled(_BARE).match(text, start)
    return match.end() if match else start


def _next_line(text: str, end: int) -> tuple[int, int]:
    match = _compiled(r"[ \t]*+\r?\n[+-]?[ \t]*+([^\n]*+)").match(text, end)
    return match.span(1) if match else (end, end)


def _is_secret_value(value: str, power: int) -> bool:
    if not value.strip() or _compiled(_HARMLESS_VALUE).fullmatch(value):
        return False
    if power == HINT:
        return looks_random(value)
    number = value.rstrip(".,)]}%").replace(".", "", 1).replace("-", "", 1).isdigit()
    if power == TOKEN:
        plain = value.strip(".,)]}")
        return len(plain) > 9 if number else len(plain) >= 8 or (len(plain) >= 4 and any(c.isdigit() for c in plain))
    return not number or len(value) >= 4


def _is_prose(text: str, first: int, last: int) -> bool:
    """Tell a sentence in a comment, `secret: the file is one`, from a value."""
    return text[first:last].isalpha() and _compiled(r"[ \t]+\w").match(text, last) is not None


def is_secret_argument(value: str, power: int) -> bool:
    """Tell whether a value is secret, where all of it is the value of a key of that strength."""
    if _compiled(_NO_ARGUMENT).fullmatch(value.strip()):
        return False
    if power == HINT:
        return looks_random(value)
    number = value.strip().replace(".", "", 1).lstrip("-").isdigit()
    return not number or len(value) >= (10 if power == TOKEN else 4)


def _is_expression(text: str, first: int, last: int) -> bool:
    value = text[first:last]
    if _compiled(_CODE).match(value):
        return True
    # `token=token`, `password: Password,`: a name that repeats what it is, not the thing itself.
    word = value.rstrip(",)]}:;")
    return word in _STAND_INS or (word.replace("_", "a").isalpha() and strength(word) != HARMLESS)

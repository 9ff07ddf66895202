"""Filter text to tokens, each with its place; knows nothing of fields or grammar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from runlake.errors import QueryError

MAX_LENGTH = 200_000

UNIT_SECONDS = {"w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}

_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_SPACE = re.compile(r"\s*")
_NUMERIC = re.compile(rf"[+-]?(?:{_NUMBER}|(?<=[+-])inf(?:inity)?\b)", re.IGNORECASE)
_SPAN_PART = rf"({_NUMBER})(ms|[smhdw])(?![^\W\d])"
_SPAN = re.compile(rf"[+-]?(?:{_SPAN_PART})+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]*[0-9](?:Z|[+-][0-9:]*[0-9])?)?")
_NAME_START = re.compile(r"[^\W\d]|[\"`]")
_BARE = re.compile(r"\w[\w/:@%+#$-]*")
_SYMBOL = re.compile(r"!=|>=|<=|=(?!=)|>|<(?!>)|[(),]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_INSTEAD = {
    "==": "= (a single one)",
    "<>": "!= (instead of <>)",
    "&&": "AND (instead of &&)",
    "||": "OR (instead of ||)",
    "!": "NOT (instead of !)",
    "“": 'a straight quote: "',
    "”": 'a straight quote: "',
    "‘": "a straight quote: '",
    "’": "a straight quote: '",
}


class TokenKind(StrEnum):
    """What a token is; a NAME may be a keyword, a field or, in double quotes, a text."""

    NAME = "name"
    STRING = "string"
    NUMBER = "number"
    SPAN = "span"
    SYMBOL = "symbol"
    END = "end"


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a dotted name; `quote` is "" for a bare one."""

    text: str
    quote: str
    at: int


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text from `at` to before `end`.

    Attributes:
        text: the content of a STRING without its quotes, the sign of a SYMBOL.
        number: the value of a NUMBER, the seconds of a SPAN.
        parts: the pieces of a NAME.
    """

    kind: TokenKind
    at: int
    end: int
    text: str = ""
    number: float = 0.0
    parts: tuple[Part, ...] = ()

    @property
    def word(self) -> str:
        """The upper-case word, where the token is one bare word; else ""."""
        bare = len(self.parts) == 1 and not self.parts[0].quote
        return self.parts[0].text.upper() if bare else ""


def tokens(text: str) -> list[Token]:
    """Split `text`; the last token is END.

    Raises:
        QueryError: a character that begins nothing, a quote left open, a text that is too long.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(text, MAX_LENGTH, f"at most {MAX_LENGTH:,} characters")
    if surrogate := _SURROGATE.search(text):
        raise QueryError(text, surrogate.start(), "valid Unicode, but this is half of a surrogate pair")
    found: list[Token] = []
    at = _skip_space(text, 0)
    while at < len(text):
        found.append(_token(text, at))
        at = _skip_space(text, found[-1].end)
    return [*found, Token(TokenKind.END, at, at)]


def is_bare(key: str) -> bool:
    """Say whether a key can be written without quotes."""
    return _BARE.fullmatch(key) is not None


def _skip_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _token(text: str, at: int) -> Token:
    if text[at] == "'":
        content, end = _quoted(text, at)
        return Token(TokenKind.STRING, at, end, text=content)
    if _NAME_START.match(text, at):
        return _name(text, at)
    if date := _DATE.match(text, at):
        return Token(TokenKind.STRING, at, date.end(), text=date[0])
    if numeric := _NUMERIC.match(text, at):
        return _number(text, at, numeric)
    if symbol := _SYMBOL.match(text, at):
        return Token(TokenKind.SYMBOL, at, symbol.end(), text=symbol[0])
    raise QueryError(
        text, at, _INSTEAD.get(text[at : at + 2]) or _INSTEAD.get(text[at]) or "a field, a value or an operator"
    )


def _number(text: str, at: int, numeric: re.Match[str]) -> Token:
    if span := _SPAN.match(text, at):
        seconds = sum(float(count) * UNIT_SECONDS[unit] for count, unit in re.findall(_SPAN_PART, span[0]))
        return Token(TokenKind.SPAN, at, span.end(), number=-seconds if span[0][0] == "-" else seconds)
    end = numeric.end()
    if _NAME_START.match(text, end):
        raise QueryError(text, end, "a number, or one with a unit of time: ms, s, m, h, d or w")
    return Token(TokenKind.NUMBER, at, end, number=float(numeric[0]))


def _name(text: str, at: int) -> Token:
    parts = [_part(text, at)]
    end = _end(text, parts[-1])
    while text.startswith(".", end):
        parts.append(_part(text, end + 1))
        end = _end(text, parts[-1])
    return Token(TokenKind.NAME, at, end, parts=tuple(parts))


def _part(text: str, at: int) -> Part:
    if text[at : at + 1] in ('"', "`"):
        return Part(_quoted(text, at)[0], text[at], at)
    bare = _BARE.match(text, at)
    if bare is None:
        raise QueryError(text, at, "a key after the dot, in double quotes where it has blanks or signs")
    return Part(bare[0], "", at)


def _end(text: str, part: Part) -> int:
    return _quoted(text, part.at)[1] if part.quote else part.at + len(part.text)


def _quoted(text: str, at: int) -> tuple[str, int]:
    """Read what is quoted from `at`; a quote written twice stands for itself."""
    quote, end = text[at], at + 1
    while (end := text.find(quote, end)) >= 0:
        if not text.startswith(quote, end + 1):
            return text[at + 1 : end].replace(quote * 2, quote), end + 1
        end += 2
    raise QueryError(text, at, f"a closing {quote}")

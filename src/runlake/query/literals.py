"""Values in a filter: which tokens mean which value beside which field, and back to text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from runlake.errors import QueryError
from runlake.query.expression import Ago, Field, FieldKind, FieldType, Literal, Moment, Number, Text, Today, Truth
from runlake.query.lexer import UNIT_SECONDS, TokenKind
from runlake.query.names import is_flexible

if TYPE_CHECKING:
    from runlake.query.lexer import Token

MAX_AGO_SECONDS = 36_500 * UNIT_SECONDS["d"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WORDS: dict[str, Literal] = {
    "TRUE": Truth(True),
    "FALSE": Truth(False),
    "NOW": Ago(0.0),
    "TODAY": Today(),
    "INF": Number(math.inf),
    "INFINITY": Number(math.inf),
    "NAN": Number(math.nan),
}
_EXPECTED = {
    FieldType.NUMBER: "a number",
    FieldType.TEXT: "text in single quotes",
    FieldType.TIME: "a time: '2026-01-31', '2026-01-31T10:00Z', -7d, now, today or milliseconds since 1970",
    FieldType.FLAG: "true or false",
    FieldType.TEXTS: "text in single quotes or a number",
}
_DURATION = "a duration: 90s, 15m, 2h, 7d or a number of seconds"
_LOOSE = "a number, text in single quotes, true or false"


@dataclass(frozen=True, slots=True)
class _Span:
    """A length of time whose meaning its field decides."""

    seconds: float


def is_value(token: Token) -> bool:
    """Say whether a token can only be a value, not a field."""
    if token.kind is TokenKind.NAME:
        return token.word in _WORDS or token.word == "NULL" or _in_double_quotes(token)
    return token.kind in (TokenKind.STRING, TokenKind.NUMBER, TokenKind.SPAN)


def read(text: str, token: Token, field: Field) -> Literal:
    """Read a token as a value for `field`; `text` is the whole filter, for the error.

    Raises:
        QueryError: it is no value, or none that the field could hold.
    """
    if token.word == "NULL":
        raise QueryError(text, token.at, "a value; nothing equals NULL, write IS NULL or IS NOT NULL")
    raw = _raw(token)
    value = None if raw is None else _fit(raw, field)
    if value is None:
        raise QueryError(text, token.at, expected(field, token))
    return value


def expected(field: Field, token: Token) -> str:
    """Say what could stand beside a field."""
    if field == Field(FieldKind.ATTRIBUTE, "duration_s"):
        return _DURATION
    if is_flexible(field):
        return _LOOSE
    if field.type in (FieldType.TEXT, FieldType.TEXTS) and token.word:
        return f"{_EXPECTED[field.type]}: '{token.parts[0].text}'"
    return _EXPECTED[field.type]


def write(value: Literal) -> str:
    """Write a value so that `read` reads it back."""
    match value:
        case Number(number):
            return write_number(number)
        case Text(text):
            return write_text(text)
        case Truth(truth):
            return "true" if truth else "false"
        case Moment(at):
            return f"'{at.isoformat()}'"
        case Ago(seconds):
            return f"-{_span(seconds)}" if seconds else "now"
        case Today():
            return "today"


def write_number(number: float) -> str:
    """Write a number so that it reads back as the same one."""
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


def write_text(text: str) -> str:
    """Write a text in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def _in_double_quotes(token: Token) -> bool:
    return len(token.parts) == 1 and token.parts[0].quote == '"'


def _raw(token: Token) -> Literal | _Span | None:
    match token.kind:
        case TokenKind.STRING:
            return Text(token.text)
        case TokenKind.NUMBER:
            return Number(token.number)
        case TokenKind.SPAN:
            return _Span(token.number)
    return Text(token.parts[0].text) if _in_double_quotes(token) else _WORDS.get(token.word)


def _fit(raw: Literal | _Span, field: Field) -> Literal | None:
    """Turn a value into what the field holds; None where it cannot."""
    if is_flexible(field) or field.type is FieldType.TEXTS:
        return raw if isinstance(raw, Number | Text | Truth) else None
    match field.type, raw:
        case FieldType.TIME, _:
            return _time(raw)
        case FieldType.NUMBER, _Span(seconds) if field.key == "duration_s" and field.kind is FieldKind.ATTRIBUTE:
            return Number(seconds)
        case (FieldType.NUMBER, Number()) | (FieldType.TEXT, Text()) | (FieldType.FLAG, Truth()):
            return raw if not isinstance(raw, _Span) else None
    return None


def _time(raw: Literal | _Span) -> Literal | None:
    try:
        match raw:
            case Ago() | Today():
                return raw
            case _Span(seconds) if -MAX_AGO_SECONDS <= seconds <= 0:
                return Ago(abs(seconds))
            case Number(milliseconds):
                return Moment(_EPOCH + timedelta(milliseconds=milliseconds))
            case Text(text):
                at = datetime.fromisoformat(text)
                return Moment((at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC))
    except (ValueError, OverflowError):
        return None
    return None


def _span(seconds: float) -> str:
    for unit in ("d", "h", "m"):
        if seconds % UNIT_SECONDS[unit] == 0:
            return f"{write_number(seconds / UNIT_SECONDS[unit])}{unit}"
    return f"{write_number(seconds)}s"

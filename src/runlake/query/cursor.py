"""A place in the tokens of a filter, moved forward by those who read it."""

from __future__ import annotations

from runlake.errors import QueryError
from runlake.query.lexer import Token, TokenKind, tokens
from runlake.query.literals import is_value


class Cursor:
    """The next token of a text; each method that finds what it looks for steps over it."""

    __slots__ = ("_place", "_tokens", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = tokens(text)
        self._place = 0

    @property
    def next(self) -> Token:
        """The token that has not been read."""
        return self._tokens[self._place]

    def take(self) -> Token:
        """Read the next token, whatever it is."""
        token = self.next
        if token.kind is not TokenKind.END:
            self._place += 1
        return token

    def is_symbol(self, symbol: str) -> bool:
        """Say whether a symbol comes next."""
        return self.next.kind is TokenKind.SYMBOL and self.next.text == symbol

    def symbol(self, symbol: str) -> bool:
        """Read a symbol, where it comes next."""
        found = self.is_symbol(symbol)
        self._place += found
        return found

    def word(self, word: str) -> bool:
        """Read a keyword, where it comes next."""
        found = self.next.word == word
        self._place += found
        return found

    def string(self, wanted: str) -> str:
        """Read a text in single or double quotes, which must come next."""
        if self.next.kind is TokenKind.STRING:
            return self.take().text
        if self.next.kind is TokenKind.NAME and not self.next.word and is_value(self.next):
            return self.take().parts[0].text
        raise self.fault(wanted)

    def end(self, wanted: str) -> None:
        """Be at the end."""
        if self.next.kind is not TokenKind.END:
            raise self.fault(f"{wanted}; this ) closes nothing" if self.is_symbol(")") else wanted)

    def fault(self, wanted: str) -> QueryError:
        """Make the error for what comes next."""
        return QueryError(self.text, self.next.at, wanted)

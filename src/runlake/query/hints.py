"""What a filter may have meant: fields that runs have, for a word that is none. Parsing itself knows no lake."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from runlake.errors import QueryError
from runlake.query.expression import Field, FieldKind
from runlake.query.names import KINDS, spell

if TYPE_CHECKING:
    from runlake.query.keys import Keys

_MOST = 3
_WORD = re.compile(r"[\w/:@%+#$.-]+")


def hinted(error: QueryError, known: Keys) -> QueryError:
    """Return the error with the fields that the word may have meant; as it is where none comes close.

    Args:
        error: of a filter or an order.
        known: the keys of the snapshot.
    """
    word = _WORD.match(error.text, error.at)
    if word is None or not error.expected.startswith(f"a field: {KINDS}"):
        return error
    meant = list(dict.fromkeys(spell(field) for field in _close(word[0], known)))[:_MOST]
    if not meant:
        return error
    # Without the list of all kinds: the answer is at hand.
    return QueryError(error.text, error.at, f"a field; did you mean {' or '.join(meant)}?")


def _close(word: str, known: Keys) -> list[Field]:
    """Find fields: the key itself and those that end with it after a slash, else those that are spelt nearly so."""
    of_kinds = {
        FieldKind.METRIC: known.metrics,
        FieldKind.SUMMARY: known.summary,
        FieldKind.PARAM: known.params,
        FieldKind.TAG: known.tags,
    }
    fields = [Field(kind, key) for kind, keys in of_kinds.items() for key in keys]
    found = [field for field in fields if field.key == word]
    found += [field for field in fields if field.key.endswith(f"/{word}") or field.key.replace("/", ".") == word]
    if found:
        return found
    names = [name for field in fields for name in (field.key, _last(field.key))]
    near = get_close_matches(word, names, n=_MOST, cutoff=0.75)
    return [field for name in near for field in fields if name in (field.key, _last(field.key))]


def _last(key: str) -> str:
    return key.rpartition("/")[2]

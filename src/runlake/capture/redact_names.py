"""Names: what may be one, and what is taken out of it before it is written.

A key, a path, a role: every name that reaches the journal comes through here, checked and redacted.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from runlake.capture.redact_text import redact_text
from runlake.errors import InvalidType, InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY_LIMIT: Final = 1000

_stand_ins: dict[str, str] = {}
_numbers: dict[str, Iterator[int]] = {}


def check_key(key: object, call: str) -> str:
    """Return the key if it can name something, without the secrets in it; see `redact_name`.

    Raises:
        InvalidType: it is no text.
        InvalidValue: it is empty, too long, or has control characters or lone surrogates.
    """
    if not isinstance(key, str):
        raise InvalidType(f"{call}: key", key, "text")
    name = str(key)  # plain text, whatever kind of text it was
    if not name.strip() or len(name) > KEY_LIMIT:
        shown = f"{len(name)} characters" if name.strip() else name[:KEY_LIMIT]
        raise InvalidValue(f"{call}: key", shown, f"1 to {KEY_LIMIT} characters that are not all blank")
    if not _can_be_kept(name):
        raise InvalidValue(f"{call}: key", name, "text without control characters and lone surrogates")
    return redact_name(name)


def redact_name(name: str) -> str:
    """Replace each secret in a name by `[redacted:<rule>]`; a name that could not be scanned goes as a whole.

    Two names that differ in their secrets alone are still two things, so the second one gets a number:
    `[redacted:hf_token]`, `[redacted:hf_token_2]`. Refusing it would end a training for what it is called,
    and without a number one would be lost in the other. The numbers are those of this process, in the
    order in which it first uses the names: a digest of the secret would say the same everywhere, and
    would let a short one be guessed.
    """
    return _redacted(name) if len(name) <= KEY_LIMIT else _apart(name)


def redact_path(path: str) -> str:
    """Redact the path of an artifact, with marks that may stand in one: `[redacted-<rule>]`."""
    return redact_name(path).replace("[redacted:", "[redacted-")


def experiment_path(path: object) -> str:
    """Return the path of an experiment in its one form, redacted.

    Raises:
        InvalidType: it is no text.
        InvalidValue: it is no path, see `check_experiment_path`.
    """
    if not isinstance(path, str):
        raise InvalidType("experiment", path, "a path such as 'fraud_detection/baseline'")
    from runlake.ids import check_experiment_path  # loads uuid, which capturing does without

    return redact_name(check_experiment_path(str(path)))


def own_id(run_id: object, what: str = "run_id") -> str:
    """Return the id that somebody else gave a run.

    Raises:
        InvalidType: it is no text.
        InvalidValue: it cannot name a run, or holds a secret: an id cannot be changed and stay one.
    """
    if not isinstance(run_id, str):
        raise InvalidType(what, run_id, "text")
    from runlake.ids import check_run_id  # as above

    if (clean := redact_text(run_id)) != run_id:
        raise InvalidValue(what, clean, "an id without a credential in it")
    return check_run_id(run_id)


@lru_cache(maxsize=8192)
def _can_be_kept(name: str) -> bool:
    return not any(ord(c) < 32 or 0xD800 <= ord(c) <= 0xDFFF or c == "\x7f" for c in name)


@lru_cache(maxsize=8192)
def _redacted(name: str) -> str:
    return _apart(name)


def _apart(name: str) -> str:
    clean = redact_text(name)
    if clean == name:
        return name
    if name not in _stand_ins:
        # No lock: a fork may come while another thread holds it. Each of these calls is one step of the interpreter.
        number = next(_numbers.setdefault(clean, itertools.count(1)))
        _stand_ins.setdefault(name, clean if number == 1 else _numbered(clean, number))
    return _stand_ins[name]


def _numbered(clean: str, number: int) -> str:
    mark = clean.rfind("[redacted:")
    end = clean.find("]", mark)
    return f"{clean[:end]}_{number}{clean[end:]}"

"""Every exception that Runlake raises on purpose.

    RunlakeError
    ├── InvalidValue        (ValueError)    a value that cannot be logged or used
    ├── InvalidType         (TypeError)     a value of a kind that cannot be logged or used
    ├── ParamConflict       (ValueError)    a parameter logged again with another value
    ├── RunClosed           (RuntimeError)  a call on a run that has finished
    ├── RunExists           (ValueError)    resume="never" and the run is there
    ├── NotFound            (LookupError)   no run, experiment or store by that name
    ├── Ambiguous           (LookupError)   several runs by that name
    ├── QueryError          (ValueError)    filter text that does not parse
    ├── UnsafePath          (ValueError)    an artifact path that would leave its place
    ├── SecretRefused       (ValueError)    a file whose name says that it is a secret
    ├── StoreError          (RuntimeError)  the tables could not be read or written
    └── MissingExtra        (ImportError)   an optional dependency is not installed

Each is built from its facts by position, so that it survives pickling between processes,
and says what was wanted, what was found and what to do.
"""

from __future__ import annotations


class RunlakeError(Exception):
    """Root of all exceptions that Runlake raises on purpose."""


class InvalidValue(RunlakeError, ValueError):
    """A value that cannot be logged or used."""

    def __init__(self, what: str, found: object, wanted: str) -> None:
        described = found if isinstance(found, _Described) else _Described(_shown(found))
        super().__init__(what, described, wanted)
        self.what, self.found, self.wanted = what, described, wanted

    def __str__(self) -> str:
        return f"{self.what}: expected {self.wanted}, but got {self.found}"


class InvalidType(RunlakeError, TypeError):
    """A value of a kind that cannot be logged or used."""

    def __init__(self, what: str, found: object, wanted: str) -> None:
        # The value itself may not survive pickling, so only its description is kept.
        described = found if isinstance(found, _Described) else _Described(f"{type(found).__name__} ({_shown(found)})")
        super().__init__(what, described, wanted)
        self.what, self.found, self.wanted = what, described, wanted

    def __str__(self) -> str:
        return f"{self.what}: expected {self.wanted}, but got {self.found}"


class ParamConflict(RunlakeError, ValueError):
    """A parameter was logged before with another value."""

    def __init__(self, key: str, old: str, new: str) -> None:
        super().__init__(key, old, new)
        self.key, self.old, self.new = key, old, new

    def __str__(self) -> str:
        return (
            f"param {self.key!r} is already {self.old!r}, but got {self.new!r}; "
            "pass overwrite=True to change it (the change is kept as an event)"
        )


class RunClosed(RunlakeError, RuntimeError):
    """A call on a run that has finished."""

    def __init__(self, run_id: str, call: str) -> None:
        super().__init__(run_id, call)
        self.run_id, self.call = run_id, call

    def __str__(self) -> str:
        return (
            f"{self.call}: run {self.run_id} has finished; continue it with "
            f'runlake.start_run(..., run_id="{self.run_id}", resume="must")'
        )


class RunExists(RunlakeError, ValueError):
    """resume="never" was asked for and the run is there."""

    def __init__(self, run_id: str) -> None:
        super().__init__(run_id)
        self.run_id = run_id

    def __str__(self) -> str:
        return f'run {self.run_id} already exists; pass resume="allow" to continue it or leave run_id out'


class NotFound(RunlakeError, LookupError):
    """Nothing goes by that name."""

    def __init__(self, kind: str, name: str, hint: str = "") -> None:
        super().__init__(kind, name, hint)
        self.kind, self.name, self.hint = kind, name, hint

    def __str__(self) -> str:
        return f"no {self.kind} {self.name!r}" + (f"; {self.hint}" if self.hint else "")


class Ambiguous(RunlakeError, LookupError):
    """Several runs go by that name."""

    def __init__(self, name: str, candidates: tuple[str, ...]) -> None:
        super().__init__(name, candidates)
        self.name, self.candidates = name, candidates

    def __str__(self) -> str:
        return f"{self.name!r} could be any of:\n  " + "\n  ".join(self.candidates)


class QueryError(RunlakeError, ValueError):
    """Filter text that does not parse; `at` is the 0-based offset of the fault."""

    def __init__(self, text: str, at: int, expected: str) -> None:
        super().__init__(text, at, expected)
        self.text, self.at, self.expected = text, at, expected

    def __str__(self) -> str:
        begin = self.text.rfind("\n", 0, self.at) + 1
        end = self.text.find("\n", begin)
        left = max(begin, self.at - 60)
        right = min(end if end >= 0 else len(self.text), self.at + 60)
        # a tab is one column wide here, so that the caret stands below what it means
        line = self.text[left:right].replace("\t", " ")
        return f"expected {self.expected}:\n  {line}\n  {'':>{self.at - left}}^"


class UnsafePath(RunlakeError, ValueError):
    """An artifact path that would leave its place or cannot exist everywhere."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"artifact path {self.path!r} is refused: {self.reason}"


class SecretRefused(RunlakeError, ValueError):
    """A file whose name says that it holds a secret."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path!r} looks like a secret by its name; pass allow_secret=True to log it all the same"


class StoreError(RunlakeError, RuntimeError):
    """The tables could not be read or written."""

    def __init__(self, what: str, store: str, cause: str) -> None:
        super().__init__(what, store, cause)
        self.what, self.store, self.cause = what, store, cause

    def __str__(self) -> str:
        return f"{self.what} ({self.store}): {self.cause}; `runlake doctor` says more"


class MissingExtra(RunlakeError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(feature, extra)
        self.feature, self.extra = feature, extra

    def __str__(self) -> str:
        return f"{self.feature} needs an extra: pip install 'runlake[{self.extra}]'"


def expect(value: object, kinds: type | tuple[type, ...], what: str, wanted: str) -> None:
    """Raise `InvalidType` unless the value is of one of the kinds."""
    if not isinstance(value, kinds):
        raise InvalidType(what, value, wanted)


class _Described(str):
    """Text that describes a value, told apart from a value that is text."""

    __slots__ = ()


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - an object whose own repr fails must not hide what was wrong with it
        return "something that cannot be shown"
    if len(text) <= 80 or isinstance(value, int):
        return text if len(text) <= 80 else text[:77] + "..."
    # Cut between words: half a credential is none that a scanner would know when the message is kept with a run.
    return f"{text[:77].rpartition(' ')[0]}... ({len(text)} characters)"

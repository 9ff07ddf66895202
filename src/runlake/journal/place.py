"""Where a store is and where its journals lie on this machine."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import uuid
from pathlib import Path

from runlake.errors import InvalidValue, expect

DEFAULT_STORE = "runlake_store"
_WANTED = "the path of a folder, or s3://bucket/prefix, az://container/prefix or gs://bucket/prefix"
OWNER_FILE = "owner.json"
# What delta-rs 1.6 mistakes for something else when it makes a URL of a path: escapes, separators,
# control characters, and `|`, which panics.
_UNUSABLE = re.compile(r"%[0-9A-Fa-f]{2}|[\x00-\x1f\x7f|]" + ("" if os.sep == "\\" else r"|\\"))
# No user, port or query: credentials come from the environment and never get into a name.
_BUCKET = re.compile(r"(?:s3|az|gs)://[\w-][\w.-]*(?:/[\w+=-][\w.+=-]*)*", re.ASCII)


def store_uri(store: str | Path | None = None) -> str:
    """Resolve the name of a store to its one form: an absolute path, or the URI of a place in a bucket.

    Args:
        store: path of a folder, or `s3://bucket/prefix`, `az://container/prefix`, `gs://bucket/prefix`;
            None takes `RUNLAKE_STORE`, else `./runlake_store`.

    Raises:
        InvalidType: it is neither.
        InvalidValue: it is another kind of URI, or has characters that the table engine cannot address.
    """
    expect(store or "", (str, os.PathLike), "store", _WANTED)
    given = store if store is not None else os.environ.get("RUNLAKE_STORE") or DEFAULT_STORE
    named = str(given).removeprefix("file://")
    if is_bucket(named):
        if not _BUCKET.fullmatch(named := named.rstrip("/")):
            # not shown whole: it may hold a password
            raise InvalidValue("store", named.partition("/")[0] + "//...", _WANTED)
        return named
    # realpath, so that two spellings of one folder share their journals
    path = named if "\0" in named else os.path.realpath(Path(named).expanduser())
    if _UNUSABLE.search(path):
        raise InvalidValue("store", path, "a path without '|', '\\', control characters or '%' before two hex digits")
    return path


def is_bucket(uri: str) -> bool:
    """Whether a store is a place in a bucket and not a folder."""
    return re.match(r"\w\w+:/", uri) is not None


def journal_home() -> Path:
    """Return the folder of all journals of this user: `RUNLAKE_JOURNAL`, else the user's state folder."""
    if named := os.environ.get("RUNLAKE_JOURNAL"):
        return Path(named).expanduser().absolute()
    if state := os.environ.get("XDG_STATE_HOME"):
        return Path(state) / "runlake"
    try:
        return Path.home() / ".local/state/runlake"
    except RuntimeError:  # an account without a name and without HOME, as in some containers
        import tempfile  # slow to import, and hardly ever needed

        return Path(tempfile.gettempdir()) / f"runlake-{os.getuid()}"


def journal_root(uri: str) -> Path:
    """Return the folder that holds this user's journals of one store; it may not exist yet."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", uri.rsplit("/", 1)[-1]).strip("-")[:32] or "store"
    # One per user even where users share `RUNLAKE_JOURNAL`, or root works in somebody's home: nobody
    # can write into, and nobody brings in, what is another's.
    key, user = hashlib.sha256(uri.encode()).hexdigest()[:16], getattr(os, "geteuid", int)()
    return journal_home() / f"{readable}-{key}-{user}"


def make_root(uri: str) -> Path:
    """Create the journal root of a store, readable by its user alone, and note which store it is for."""
    root = journal_root(uri)
    if not (root / "store.json").exists():
        (root / "spool").mkdir(mode=0o700, parents=True, exist_ok=True)
        root.chmod(0o700)
        create_once(root / "store.json", json.dumps({"uri": uri}))
    return root


def actor_id(root: Path, person: str) -> str:
    """Return the random id of a person on this machine, made on first use.

    It is random rather than a hash of the name, so that erasing the person's row in `identities`
    leaves nothing that a dictionary could turn back into the name.

    Args:
        root: the store's journal root.
        person: what tells persons apart here, such as user, account and host.
    """
    folder = root / "actors"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / hashlib.sha256(person.encode()).hexdigest()[:32]
    if not path.exists():
        create_once(path, str(uuid.uuid4()))
    return path.read_text()


def create_once(path: Path, content: str) -> None:
    """Create a file whole or not at all; where there is one already it stays."""
    draft = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(content)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)

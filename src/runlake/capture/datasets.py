"""What identifies a data set: the digest of all of its content, or id and version of its Delta table."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runlake.capture.guard import attempt
from runlake.capture.redact import redact_text, redact_url
from runlake.capture.who import tilde


@dataclass(frozen=True, slots=True)
class DataIdentity:
    """Which data it is.

    Attributes:
        kind: file, directory, frame, array, delta, reference or unknown.
        version: what the caller called it, else `sha256:<digest>`, else `<table id>@<version>`; None where
            nothing identifies the content.
        sha256: digest of all content, 64 hex digits.
        facts: further facts as plain JSON values: uri, bytes, files, rows, columns, schema_sha256, table_id,
            table_version, library, changed_while_read, problem.
    """

    kind: str
    version: str | None = None
    sha256: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def problem(self) -> str | None:
        """Why there is no digest or version, where there is none."""
        return self.facts.get("problem")


def identify(source: object, *, version: str | None = None) -> DataIdentity:
    """Identify a data set by all of its content; costs 1 s per GB of files, 4 to 14 s per GB of frames.

    A file is hashed as it is, a directory by the digests of its files and their names. Something that
    changed while it was read has no digest, and says so. A frame (Polars, pandas, PyArrow) is hashed over
    `frames.FORM`: equal content has the same digest in each of the libraries, and another order of
    rows or columns another one. A Delta table is its id and version, without reading its data.

    Args:
        source: path, `file:` or other URI, frame, series, array, `deltalake.DeltaTable`, or None.
        version: what its keepers call this version. For a Delta table also a number: the version that was read.

    Never raises: a source of another kind comes back as `unknown` with a problem.
    """
    found = attempt("data set", lambda: _identify(source, version))
    if found.value is None:
        identity = DataIdentity("unknown", facts={"problem": _hide(redact_text(found.problem or "data set"))})
    else:
        identity = found.value
    facts = {key: value for key, value in identity.facts.items() if value is not None}
    if identity.sha256 is not None:
        facts["sha256"] = identity.sha256
    return DataIdentity(identity.kind, version or identity.version, identity.sha256, {"kind": identity.kind, **facts})


def _identify(source: object, version: str | None) -> DataIdentity:
    if source is None:
        return DataIdentity(
            "reference", facts={} if version else {"problem": "neither a source nor a version was given"}
        )
    if isinstance(source, str | os.PathLike):
        return _of_address(os.fspath(source), version)
    library = type(source).__module__.partition(".")[0]
    if library == "deltalake":
        from runlake.capture.delta import of_table

        return of_table(source)
    if library in {"polars", "pandas", "pyarrow", "numpy"} and library in sys.modules:
        from runlake.capture.frames import of_frame

        return of_frame(source, library)
    wanted = "a path, a Polars, pandas or PyArrow frame, a NumPy array, or a Delta table"
    return DataIdentity("unknown", facts={"problem": f"expected {wanted}, but got {type(source).__qualname__}"})


def _of_address(address: str | bytes, version: str | None) -> DataIdentity:
    text = os.fsdecode(address)
    scheme, sign, rest = text.partition("://")
    if sign and scheme.lower() != "file":
        # Nothing is fetched here: whoever names an address says which version of it was used.
        problem = None if version else "the content of an address is not read; pass version= to say which it was"
        return DataIdentity("reference", facts={"uri": redact_url(text), "problem": problem})
    path = Path(rest if sign else text).expanduser()
    uri = {"uri": _hide(redact_text(str(path)))}
    if (path / "_delta_log").is_dir():
        from runlake.capture.delta import of_folder

        found = of_folder(path, version)
    elif path.is_dir():
        from runlake.capture.files import of_directory

        found = of_directory(path)
    elif path.exists():
        from runlake.capture.files import of_file

        found = of_file(path)
    else:
        found = DataIdentity("unknown", facts={"problem": "there is nothing by that path"})
    return DataIdentity(found.kind, found.version, found.sha256, {**uri, **found.facts})


def _hide(text: str) -> str:
    return tilde(text, os.path.expanduser("~"))  # noqa: PTH111 - Path.home raises where there is none

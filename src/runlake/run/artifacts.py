"""Rows of what a run refers to: files, references and data sets."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from runlake.capture.artifact_names import check_name
from runlake.capture.redact_names import check_key, redact_path
from runlake.errors import InvalidValue, NotFound, expect
from runlake.journal import spool
from runlake.media.base import files_of
from runlake.run.files import media_type
from runlake.run.values import as_other, check_step
from runlake.schema import ARTIFACTS, LINKS

if TYPE_CHECKING:
    from pathlib import Path

    from runlake.run.recorder import Recorder

_log = logging.getLogger("runlake")


def file_row(
    recorder: Recorder,
    source: Path | bytes,
    path: str,
    kind: str,
    step: float | None = None,
    metadata: Mapping[str, Any] | None = None,
    *,
    ts: int | None = None,
    sha256: str | None = None,
) -> list[Any]:
    """Copy a file or bytes into the spool and lay out its row; the name is checked before.

    With a digest, rows of many runs share one copy.
    """
    path, kind, size = redact_path(path), check_key(kind, "kind"), None
    at = None if step is None else check_step(step)
    expect(metadata or {}, Mapping, "metadata", "a mapping of facts")
    facts: dict[str, Any] = json.loads(as_other("metadata", dict(metadata or {}), recorder.clean)[1])
    try:
        facts["spool"], size = spool(recorder.journal, source, name=sha256)
    except OSError as problem:
        # A full disk is no reason to end a training: the index says what is missing and why.
        facts |= {"missing": True, "problem": recorder.clean("problem", str(problem))}
        _log.warning("runlake: artifact %r of run %s could not be copied: %s", path, recorder.run_id, problem)
    return ARTIFACTS.row(
        ts=recorder.now() if ts is None else ts,
        path=path,
        kind=kind,
        size_bytes=size,
        sha256=sha256,
        media_type=media_type(path),
        metadata=json.dumps(facts, sort_keys=True),
        step=at,
    )


def media_rows(recorder: Recorder, media: Mapping[str, Any], step: float, ts: int | None) -> list[list[Any]]:
    """Copy logged media into the spool and lay out their rows."""
    files = [file for key, value in media.items() for file in files_of(key, value)]
    return [file_row(recorder, one.content, path, one.kind, step, facts, ts=ts) for one, path, facts in files]


def reference_row(
    recorder: Recorder, uri: object, name: str | None, sha256: object, size_bytes: int | None
) -> list[Any]:
    """Lay out the row of something that is elsewhere.

    Raises:
        InvalidValue: the URI or the digest is none.
        UnsafePath: the name would leave its place.
    """
    if not isinstance(uri, str) or not uri.strip():
        raise InvalidValue("log_reference", uri, "a URI")
    digest = None if sha256 is None else str(sha256).lower()
    if digest is not None and (len(digest) != 64 or set(digest) - set("0123456789abcdef")):
        raise InvalidValue("log_reference: sha256", sha256, "64 hex digits")
    if size_bytes is not None and (type(size_bytes) is not int or not 0 <= size_bytes < 2**63):
        raise InvalidValue("log_reference: size_bytes", size_bytes, "a whole number of bytes")
    path = redact_path(check_name(name if name is not None else uri.split("?")[0].rstrip("/").rsplit("/", 1)[-1]))
    return ARTIFACTS.row(
        ts=recorder.now(),
        path=path,
        kind="reference",
        size_bytes=size_bytes,
        sha256=digest,
        uri=recorder.clean("uri", uri),
        media_type=media_type(path),
    )


def dataset_row(recorder: Recorder, source: object, name: object, role: object, version: object) -> list[Any]:
    """Identify a data set by its content and lay out its row.

    Raises:
        NotFound: there is no such file.
        InvalidType, InvalidValue: name, role or version cannot be used, or nothing was given.
    """
    name, role = check_key(name, "log_dataset"), check_key(role, "log_dataset: role")
    if version is not None:
        expect(version, (str, int), "log_dataset: version", "text")
        version = check_key(str(version), "log_dataset: version")
    if source is None and version is None:
        raise InvalidValue("log_dataset", None, "a path, a frame, a Delta table, or None with a version")
    if isinstance(source, str | os.PathLike):
        place = os.fsdecode(source)
        if "://" not in place and not os.path.exists(place):  # noqa: PTH110 - as in `check_file`
            raise NotFound("data set", place, "give a path that exists, a URI, a frame or a Delta table")
    from runlake.capture.datasets import identify  # hashing is not needed by most runs

    identity = identify(source, version=version)
    if identity.problem:
        _log.warning("runlake: data set %r of run %s has no digest: %s", name, recorder.run_id, identity.problem)
    return LINKS.row(
        ts=recorder.now(),
        subject=f"run:{recorder.run_id}",
        predicate="used_dataset",
        object=f"dataset:{name}",
        version=identity.version,
        role=role,
        attributes=recorder.clean("attributes", json.dumps(identity.facts, sort_keys=True)),
    )

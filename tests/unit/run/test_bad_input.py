"""Bad input: what is called, and what the exception says; what was logged before stays whole."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import runlake
from runlake.errors import RunlakeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


Call = "Callable[[Run, Path], object]"


class Unprintable:
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


class OddKeys(Mapping[Any, Any]):
    """A mapping whose one key cannot even be hashed."""

    def __getitem__(self, key: object) -> object:
        return 1.0

    def __iter__(self) -> Iterator[Any]:
        return iter([[]])

    def __len__(self) -> int:
        return 1


class Failing:
    """An object whose every question is answered by a failure, as a proxy of a lost connection does."""

    @property
    def shape(self) -> tuple[int, ...]:
        raise ConnectionError("device is gone")

    model_dump = shape


def _inside_itself(container: Any) -> Any:
    if isinstance(container, dict):
        container["a"] = container
    else:
        container.append(container)
    return container


@dataclass
class Settings:
    depth: int = 1


LOG: list[tuple[Any, str | None]] = [
    (lambda r, d: r.log(None), "log: expected a mapping of keys to values, but got NoneType"),
    (lambda r, d: r.log([1]), "log: expected a mapping of keys to values, but got list"),
    (lambda r, d: r.log("loss"), "log: expected a mapping of keys to values, but got str ('loss')"),
    (lambda r, d: r.log(0.5), "log: expected a mapping of keys to values, but got float (0.5)"),
    (lambda r, d: r.log({1: 2.0}), "log: key: expected text, but got int (1)"),
    (lambda r, d: r.log({None: 2.0}), "log: key: expected text, but got NoneType (None)"),
    (lambda r, d: r.log({("a",): 2.0}), "log: key: expected text, but got tuple (('a',))"),
    (lambda r, d: r.log({"": 2.0}), "log: key: expected 1 to 1000 characters that are not all blank, but got ''"),
    (lambda r, d: r.log({"  ": 2.0}), "log: key: expected 1 to 1000 characters that are not all blank, but got '  '"),
    (
        lambda r, d: r.log({"k" * 1001: 2.0}),
        "log: key: expected 1 to 1000 characters that are not all blank, but got '1001 characters'",
    ),
    (lambda r, d: r.log({"a\0b": 2.0}), "log: key: expected text without control characters and lone surrogates"),
    (lambda r, d: r.log({"a\nb": 2.0}), "log: key: expected text without control characters and lone surrogates"),
    (lambda r, d: r.log({"a\ud800": 2.0}), "log: key: expected text without control characters and lone surrogates"),
    (lambda r, d: r.log({"a": {"": 1}}), "log: key: expected 1 to 1000 characters that are not all blank, but got ''"),
    (lambda r, d: r.log({"a": {2: 1}}), "log: key: expected text, but got int (2)"),
    (
        lambda r, d: r.log({"a": {"b": 1}, "a/b": 2}),
        "log: expected each key once: nesting and a '/' in a key came to the same",
    ),
    (
        lambda r, d: r.log({"a": 1 + 2j}),
        "log: 'a': expected a number, text, flag, None, list, array, one of runlake.media, or a mapping of such",
    ),
    (
        lambda r, d: r.log({"a": object()}),
        "log: 'a': expected a number, text, flag, None, list, array, one of runlake.media, or a mapping of such",
    ),
    (
        lambda r, d: r.log({"a": b"bytes"}),
        "log: 'a': expected a number, text, flag, None, list, array, one of runlake.media, or a mapping of such",
    ),
    (
        lambda r, d: r.log({"a": [object()]}),
        "log: 'a': expected a number, text, flag, None, list, array, one of runlake.media, or a mapping of such",
    ),
    (lambda r, d: r.log({"a": 10**400}), "log: 'a': expected a number within the range of a double, but got 1000"),
    (lambda r, d: r.log({"a": Decimal("1e999")}), None),
    (
        lambda r, d: r.log({"a": "x" * 1_000_001}),
        "log: 'a': expected at most 1000000: log it as an artifact, but got '1000003",
    ),
    (lambda r, d: r.log({"a": np.zeros(600_000)}), "log: 'a': expected at most 1000000: log it as an artifact"),
    (
        lambda r, d: r.log({"a": Unprintable()}),
        "log: 'a': expected a number, text, flag, None, list, array, one of runlake.media, or a mapping",
    ),
    (lambda r, d: r.log({"a": 1.0}, step="1"), "step: expected an int or a float, but got str ('1')"),
    (lambda r, d: r.log({"a": 1.0}, step=True), "step: expected an int or a float, but got bool (True)"),
    (lambda r, d: r.log({"a": 1.0}, step=[1, 2]), "step: expected an int or a float, but got list ([1, 2])"),
    (lambda r, d: r.log({"a": 1.0}, step=math.nan), "step: expected a finite number, but got nan"),
    (lambda r, d: r.log({"a": 1.0}, step=math.inf), "step: expected a finite number, but got inf"),
    (lambda r, d: r.log({"a": 1.0}, step=2**53 + 1), "step: expected an integer between -2**53 and 2**53"),
    (lambda r, d: r.log({"a": 1.0}, step=np.int64(2**60)), "step: expected an integer between -2**53 and 2**53"),
    (
        lambda r, d: r.log({"a": 1.0}, ts="now"),
        "ts: expected an aware datetime or seconds since 1970, but got str ('now')",
    ),
    (lambda r, d: r.log({"a": 1.0}, ts=datetime(2026, 1, 1)), "ts: expected a datetime with a time zone"),  # noqa: DTZ001
    (lambda r, d: r.log({"a": 1.0}, ts=1.7e12), "ts: expected seconds since 1970 (not milliseconds)"),
    (lambda r, d: r.log({"a": 1.0}, ts=math.nan), "ts: expected seconds since 1970 (not milliseconds)"),
    (lambda r, d: r.log({"a": 1.0}, ts=True), "ts: expected an aware datetime or seconds since 1970, but got bool"),
]
LOG += [
    (lambda r, d: r.log(["loss"]), "log: expected a mapping of keys to values, but got list (['loss'])"),
    (lambda r, d: r.log({"loss"}), "log: expected a mapping of keys to values, but got set"),
    (lambda r, d: r.log(OddKeys()), "log: key: expected text, but got list ([])"),
    (lambda r, d: r.log({"k" * 600: {"k" * 600: 1}}), "expected 1 to 1000 characters that are not all blank"),
    (lambda r, d: r.log(_inside_itself({})), "log: key: expected 1 to 1000 characters"),
    (lambda r, d: r.log({"a": _inside_itself([])}), "log: 'a': expected something that can be read"),
    (lambda r, d: r.log({"a": _inside_itself([1])}), "log: 'a': expected something that can be read"),
    (lambda r, d: r.log({"a": Failing()}), "log: 'a': expected something that can be read"),
    (lambda r, d: r.log({"a": Decimal("sNaN")}), "log: 'a': expected a number within the range of a double"),
    (lambda r, d: r.log({"a": [10**5000]}), "expected a number within the range of a double, but got something that"),
    (
        lambda r, d: r.log({"a": [10**5000, 1]}),
        "log: 'a': expected something that can be read, but got 'list: ValueError",
    ),
]
PARAMS: list[tuple[Any, str | None]] = [
    (lambda r, d: r.log_params(None), "log_params: expected a dict, argparse namespace, dataclass, pydantic model"),
    (
        lambda r, d: r.log_params([("a", 1)]),
        "log_params: expected a dict, argparse namespace, dataclass, pydantic model",
    ),
    (lambda r, d: r.log_params(Settings), "log_params: expected a dict, argparse namespace, dataclass, pydantic model"),
    (lambda r, d: r.log_params({1: 1}), "log_params: key: expected text, but got int (1)"),
    (lambda r, d: r.log_params({"": 1}), "log_params: key: expected 1 to 1000 characters that are not all blank"),
    (lambda r, d: r.log_params({"a": {"b": 1}, "a/b": 1}), "log_params: expected each key once"),
    (
        lambda r, d: r.log_params({"a": "x" * 100_001}),
        "log_params: 'a': expected at most 100000: log it as an artifact",
    ),
    (lambda r, d: r.log_params({"depth": 11}), "param 'depth' is already '10', but got '11'; pass overwrite=True"),
    (lambda r, d: r.log_params(argparse.Namespace(depth=11)), "param 'depth' is already '10', but got '11'"),
    (lambda r, d: r.log_params(Settings()), "param 'depth' is already '10', but got '1'"),
]
PARAMS += [
    (lambda r, d: r.log_params({"a": {1: 2}}), "log_params: key: expected text, but got int (1)"),
    (lambda r, d: r.log_params({"a": [{1: 2, "1": 3}]}), "log_params: expected each key once: two came to the same"),
    (lambda r, d: r.log_params(OddKeys()), "log_params: key: expected text, but got list ([])"),
    (lambda r, d: r.log_params(iter([("a", 1)])), "log_params: expected a dict, argparse namespace, dataclass"),
    (lambda r, d: r.log_params(_inside_itself({})), "log_params: key: expected 1 to 1000 characters"),
    (lambda r, d: r.log_params({"a": _inside_itself([])}), "log_params: 'a': expected something that can be read"),
    (lambda r, d: r.log_params({"a": Unprintable()}), "log_params: 'a': expected something that can be read"),
    (lambda r, d: r.log_params({"a": 10**5000}), "log_params: 'a': expected something that can be read"),
    (lambda r, d: r.log_params(Failing()), "log_params: expected something that can be read"),
    (lambda r, d: r.log_params({"a": Fraction(10**400)}), None),
    (lambda r, d: r.log_params({"a": Decimal("sNaN")}), None),
]
TAGS = [
    (lambda r, d: r.set_tags(5), "set_tags: expected a mapping of keys to values, but got int (5)"),
    (
        lambda r, d: r.set_tags({"a": 10**5000}),
        "set_tags: 'a': expected something that can be read, but got 'int: ValueError: Exceeds the limit",
    ),
    (lambda r, d: r.set_tags(None), "set_tags: expected a mapping of keys to values, but got NoneType"),
    (lambda r, d: r.set_tags(["a"]), "set_tags: expected a mapping of keys to values, but got list"),
    (lambda r, d: r.set_tags(OddKeys()), "set_tags: key: expected text, but got list ([])"),
    (lambda r, d: r.set_tags({"a": Unprintable()}), "set_tags: 'a': expected text, a number, a flag"),
    (lambda r, d: r.remove_tags(["a"]), "remove_tags: key: expected text, but got list (['a'])"),
    (lambda r, d: r.remove_tags("a", None), "remove_tags: key: expected text, but got NoneType"),
    (lambda r, d: r.set_tags({1: "a"}), "set_tags: key: expected text, but got int (1)"),
    (lambda r, d: r.set_tags({"": "a"}), "set_tags: key: expected 1 to 1000 characters that are not all blank"),
    (
        lambda r, d: r.set_tags({"a": {"b": 1}}),
        "set_tags: 'a': expected text, a number, a flag, None or a list of such",
    ),
    (lambda r, d: r.set_tags({"a": [None]}), "set_tags: 'a': expected text, a number, a flag, None or a list of such"),
    (lambda r, d: r.set_tags({"a": b"x"}), "set_tags: 'a': expected text, a number, a flag, None or a list of such"),
    (lambda r, d: r.remove_tags(3), "remove_tags: key: expected text, but got int (3)"),
    (lambda r, d: r.note(5), "notes: expected text, but got int (5)"),
    (lambda r, d: r.note(conclusion=["x"]), "conclusion: expected text, but got list (['x'])"),
]
ARTIFACTS = [
    (lambda r, d: r.log_artifact("missing.txt"), "no file 'missing.txt'; give the path of a file that exists"),
    (lambda r, d: r.log_artifact(d), "expected a file; log_artifacts takes folders and patterns"),
    (lambda r, d: r.log_artifact(5), "log_artifact: expected a path or bytes, but got int (5)"),
    (lambda r, d: r.log_artifact(b"x"), 'log_artifact: expected a name, such as name="confusion_matrix.png"'),
    (lambda r, d: r.log_artifact(b"x", ""), "artifact path '' is refused: it is empty"),
    (lambda r, d: r.log_artifact(b"x", "../x"), "artifact path '../x' is refused: it has an empty part, '.' or '..'"),
    (lambda r, d: r.log_artifact(b"x", "a/../../x"), "is refused: it has an empty part, '.' or '..'"),
    (lambda r, d: r.log_artifact(b"x", "..\\x"), "artifact path '../x' is refused: it has an empty part"),
    (lambda r, d: r.log_artifact(b"x", "/etc/passwd"), "artifact path '/etc/passwd' is refused: it is absolute"),
    (lambda r, d: r.log_artifact(b"x", "C:\\x"), "artifact path 'C:/x' is refused: it is absolute"),
    (lambda r, d: r.log_artifact(b"x", "//host/share"), "is refused: it is absolute"),
    (lambda r, d: r.log_artifact(b"x", "a\0b"), "is refused: it has control, formatting or surrogate characters"),
    (lambda r, d: r.log_artifact(b"x", "a\u202eb"), "is refused: it has control, formatting or surrogate characters"),
    (lambda r, d: r.log_artifact(b"x", "a%2e%2e/b"), "is refused: it has percent-encoded separators"),
    (lambda r, d: r.log_artifact(b"x", "a%252fb"), "is refused: it has percent-encoded separators"),
    (lambda r, d: r.log_artifact(b"x", "CON"), "is refused: a part of it is reserved"),
    (lambda r, d: r.log_artifact(b"x", "dir/nul.txt"), "is refused: a part of it is reserved"),
    (lambda r, d: r.log_artifact(b"x", "name."), "is refused: a part of it is reserved, ends in '.' or ' '"),
    (lambda r, d: r.log_artifact(b"x", "a?b"), "is refused: it has one of"),
    (lambda r, d: r.log_artifact(b"x", "file:x"), "is refused: it has one of"),
    (
        lambda r, d: r.log_artifact(b"x", "n" * 300),
        "is refused: a part of it is reserved, ends in '.' or ' ', or is longer",
    ),
    (lambda r, d: r.log_artifact(b"x", 7), "artifact name: expected text or a path, but got int (7)"),
    (lambda r, d: r.log_artifact(_file(d, ".env")), "looks like a secret by its name; pass allow_secret=True"),
    (lambda r, d: r.log_artifact(_file(d, "id_rsa")), "looks like a secret by its name; pass allow_secret=True"),
    (lambda r, d: r.log_artifact(_link(d, "model.txt", "server.pem")), "looks like a secret by its name"),
    (lambda r, d: r.log_artifact(b"x", "a", kind=3), "kind: key: expected text, but got int (3)"),
    (
        lambda r, d: r.log_artifact(b"x", "a", metadata={"a": object()}),
        "log: 'metadata': expected a number, text, flag",
    ),
    (lambda r, d: r.log_artifact(b"x", "a", step="late"), "step: expected an int or a float"),
    (lambda r, d: r.log_artifacts(d / "nothing"), "the folder is empty or the pattern matches nothing"),
    (lambda r, d: r.log_artifacts(_leading_out(d)), "is refused: it is a link that leads out of"),
    (lambda r, d: r.log_artifacts(_folder_with(d, "server.pem")), "looks like a secret by its name"),
    (lambda r, d: r.log_artifacts(_folder_with(d, "x.txt"), prefix="../up"), "is refused: it has an empty part"),
    (lambda r, d: r.log_reference(""), "log_reference: expected a URI, but got ''"),
    (lambda r, d: r.log_reference(None), "log_reference: expected a URI, but got None"),
    (
        lambda r, d: r.log_reference("s3://b/x", sha256="abc"),
        "log_reference: sha256: expected 64 hex digits, but got 'abc'",
    ),
    (lambda r, d: r.log_reference("s3://b/x", size_bytes="big"), "size_bytes: expected a whole number of bytes"),
    (lambda r, d: r.log_reference("s3://b/x", size_bytes=1.5), "size_bytes: expected a whole number of bytes"),
    (lambda r, d: r.log_artifact("n" * 5000), "give the path of a file that exists"),
    (lambda r, d: r.log_artifact("a\0b"), "give the path of a file that exists"),
    (lambda r, d: r.log_artifact(None), "log_artifact: expected a path or bytes, but got NoneType"),
    (lambda r, d: r.log_artifact(b"x", "a", kind=None), "kind: key: expected text, but got NoneType"),
    (lambda r, d: r.log_artifact(b"x", "a", metadata=5), "metadata: expected a mapping of facts, but got int (5)"),
    (lambda r, d: r.log_artifact(b"x", "a", metadata={5: 1}), "log: key: expected text, but got int (5)"),
    (lambda r, d: r.log_artifacts(5), "log_artifacts: expected the path of a folder, or a pattern, but got int (5)"),
    (lambda r, d: r.log_artifacts(d, prefix=5), "log_artifacts: prefix: expected text, but got int (5)"),
    (lambda r, d: r.log_artifacts(_folder_with(d, "x.txt"), kind=5), "kind: key: expected text, but got int (5)"),
    (lambda r, d: r.log_reference(5), "log_reference: expected a URI, but got 5"),
    (lambda r, d: r.log_reference("s3://b/x", 5), "artifact name: expected text or a path, but got int (5)"),
    (lambda r, d: r.log_reference("s3://b/x", sha256=5), "log_reference: sha256: expected 64 hex digits, but got 5"),
    (lambda r, d: r.log_console([("stdout", 3)]), None),
    (lambda r, d: r.note("caf\udce9.csv"), None),
    (lambda r, d: r.set_tags({"file": "caf\udce9.csv"}), None),
]
OTHERS: list[tuple[Any, str | None]] = [
    (lambda r, d: r.finish("done"), "finish: expected one of finished, failed, killed, but got 'done'"),
    (lambda r, d: r.finish("running"), "finish: expected one of finished, failed, killed, but got 'running'"),
    (lambda r, d: r.summary.update({1: 2}), "summary: key: expected text, but got int (1)"),
    (lambda r, d: r.summary.__setitem__("a", object()), "log: 'a': expected a number, text, flag, None, list, array"),
    (
        lambda r, d: r.log_dataset(None, "x"),
        "log_dataset: expected a path, a frame, a Delta table, or None with a version",
    ),
    (
        lambda r, d: r.log_dataset(d / "missing.csv", "x"),
        "missing.csv'; give a path that exists, a URI, a frame or a Delta table",
    ),
    (lambda r, d: r.log_dataset(d, ""), "log_dataset: key: expected 1 to 1000 characters"),
]
OTHERS += [
    (lambda r, d: r.finish("failed", error=5), "finish: error: expected text, such as str(problem), but got int (5)"),
    (lambda r, d: r.finish("failed", error=ValueError("x")), "finish: error: expected text, such as str(problem)"),
    (lambda r, d: r.finish(["failed"]), "finish: expected one of finished, failed, killed"),
    (lambda r, d: r.summary.__setitem__(5, 1), "summary: key: expected text, but got int (5)"),
    (lambda r, d: r.summary.update(5), "summary: expected a mapping of keys to results, but got int (5)"),
    (lambda r, d: r.log_dataset(d, 5), "log_dataset: key: expected text, but got int (5)"),
    (lambda r, d: r.log_dataset(d, "x", role=5), "log_dataset: role: key: expected text, but got int (5)"),
    (lambda r, d: r.log_dataset(d, "x", version=1.5), "log_dataset: version: expected text, but got float (1.5)"),
    (lambda r, d: r.log_dataset("a\0b", "x"), "give a path that exists, a URI, a frame or a Delta table"),
    (lambda r, d: r.log_dataset("n" * 5000, "x"), "give a path that exists, a URI, a frame or a Delta table"),
    (lambda r, d: r.log_dataset(5, "x"), None),
    (lambda r, d: r.log_system(5), "log_system: expected a mapping of keys to numbers, but got int (5)"),
    (lambda r, d: r.log_system({5: 1.0}), "log_system: key: expected text, but got int (5)"),
    (lambda r, d: r.log_system({"a": "x"}), "log_system: 'a': expected a number, but got NoneType"),
    (lambda r, d: r.log_console(5), "log_console: expected (stream, text) pairs, such as [('stdout', 'epoch 1')]"),
    (lambda r, d: r.log_console(["epoch 1"]), "log_console: expected (stream, text) pairs"),
    (lambda r, d: r.log_console([("screen", "x")]), "log_console: expected (stream, text) pairs"),
    (lambda r, d: r.log_console([(["stdout"], "x")]), "log_console: expected (stream, text) pairs"),
    (lambda r, d: r.log_console([("stdout", Unprintable())]), "log_console: expected (stream, text) pairs"),
]
start: Any = runlake.start_run  # called with what no type checker lets pass
START = [
    (lambda s: start(None, store=s), "experiment: expected a path such as 'fraud_detection/baseline'"),
    (lambda s: start("", store=s), "experiment: expected a path such as 'fraud_detection/baseline'"),
    (lambda s: start("a//b", store=s), "experiment: expected a path such as"),
    (lambda s: start("a/../b", store=s), "experiment: expected a path such as"),
    (lambda s: start("a\nb", store=s), "experiment: expected a path such as"),
    (lambda s: start("e", "", store=s), "name: key: expected 1 to 1000 characters"),
    (lambda s: start("e", 5, store=s), "name: key: expected text, but got int (5)"),
    (lambda s: start("e", run_id="a b", store=s), "run_id: expected 1 to 128 letters, digits"),
    (lambda s: start("e", run_id="../x", store=s), "run_id: expected 1 to 128 letters, digits"),
    (lambda s: start("e", run_id=5, store=s), "run_id: expected text, but got int (5)"),
    (lambda s: start("e", resume="yes", store=s), 'resume: expected "never", "allow" or "must"'),
    (lambda s: start("e", resume="must", store=s), "run_id: expected the id of the run to continue"),
    (lambda s: start("e", run_id="nowhere", resume="must", store=s), "no run 'nowhere'"),
    (lambda s: start("e", parent=5, store=s), "parent: expected a Run or the id of one, but got int (5)"),
    (lambda s: start("e", parent="a b", store=s), "expected 1 to 128 letters, digits"),
    (lambda s: start("e", tags=5, store=s), "tags: expected a mapping of keys to values, but got int (5)"),
    (lambda s: start("e", tags={5: "a"}, store=s), "tags: key: expected text, but got int (5)"),
    (lambda s: start("e", tags={"a": object()}, store=s), "tags: 'a': expected text, a number, a flag"),
    (lambda s: start("e", hypothesis=["x"], store=s), "hypothesis: expected text, but got list (['x'])"),
    (lambda s: start("e", expected_outcome=0, store=s), "expected_outcome: expected text, but got int (0)"),
    (lambda s: start("e", resume=[], store=s), 'resume: expected "never", "allow" or "must"'),
    (lambda s: start("e", store=5), "store: expected the path of a folder, or s3://bucket/prefix"),
    (lambda s: start("e", context=5, store=s), "context: expected a runlake.capture.Context, but got int (5)"),
    (lambda s: start("e", tags=["a"], store=s), "tags: expected a mapping of keys to values, but got list"),
    (lambda s: start("e", params=5, store=s), "log_params: expected a dict, argparse namespace"),
    (
        lambda s: start("e", store="https://host/lake"),
        "az://container/prefix or gs://bucket/prefix, but got 'https://...'",
    ),
    (lambda s: start("e", store=f"{s}|x"), "store: expected a path without '|'"),
    (lambda s: start("e", notes=5, store=s), "notes: expected text, but got int (5)"),
]


def _file(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("x")
    return path


def _link(folder: Path, name: str, target: str) -> Path:
    _file(folder, target)
    path = folder / name
    path.symlink_to(folder / target)
    return path


def _leading_out(folder: Path) -> Path:
    inside = folder / "inside"
    inside.mkdir()
    (inside / "out").symlink_to(_file(folder, "outside.txt"))
    return inside


def _folder_with(folder: Path, name: str) -> Path:
    (folder / "sub").mkdir()
    _file(folder / "sub", name)
    return folder / "sub"


@pytest.mark.parametrize(("call", "message"), [*LOG, *PARAMS, *TAGS, *ARTIFACTS, *OTHERS])
def test_a_bad_call_says_what_was_wanted_and_harms_nothing(
    call: Callable[[Any, Path], object], message: str | None, store: str, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    with runlake.start_run("e", "before", params={"depth": 10}, tags={"t": "x"}, store=store, capture=False) as run:
        run.log({"loss": 0.5}, step=1)
        if message is None:
            call(run, folder)
        else:
            with pytest.raises(RunlakeError) as caught:
                call(run, folder)
            assert message in str(caught.value)
        run.log({"loss": 0.25}, step=2)

    lake = runlake.open_lake(store)
    assert lake.metrics(run_ids=[run.id], keys=["loss"])["value"].to_list() == [0.5, 0.25]
    params = dict(lake.params(run_ids=[run.id]).select("key", "value").rows())
    assert params["depth"] == "10"
    assert message is None or len(params) == 1
    assert lake.runs()["status"].to_list() == ["finished"]


@pytest.mark.parametrize(("call", "message"), START)
def test_a_bad_start_writes_nothing(call: Callable[[str], object], message: str, store: str, tmp_path: Path) -> None:
    with pytest.raises(RunlakeError) as caught:
        call(store)

    assert message in str(caught.value)
    assert list(tmp_path.rglob("*.seg")) == []


class TestAFinishedRun:
    @pytest.mark.parametrize("call", ["log", "log_params", "set_tags"])
    def test_refuses_more_and_says_how_to_go_on(self, call: str, store: str) -> None:
        run = runlake.start_run("e", store=store, capture=False)
        run.finish()

        with pytest.raises(RunlakeError, match=rf'{call}: run {run.id} has finished; continue it with .*resume="must"'):
            getattr(run, call)({"a": 1})


class TestARunThatIsThere:
    def test_is_not_started_again(self, store: str) -> None:
        runlake.start_run("e", run_id="mine", store=store, capture=False).finish()

        with pytest.raises(RunlakeError, match='run mine already exists; pass resume="allow"'):
            runlake.start_run("e", run_id="mine", store=store, capture=False)

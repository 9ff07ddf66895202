"""What is known of how to make a run again, and what is not: code, packages, variables, data, command.

Everything here comes from a store and may be hostile. What a script could not safely repeat is left out and said.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from runlake.errors import RunlakeError
from runlake.ids import short_id
from runlake.query.artifacts import artifact_bytes, facts_of
from runlake.query.started import Started, started

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runlake.query.detail import RunDetail
    from runlake.query.source import Source

CODE, ENVIRONMENT = "code", "environment"
PATCH, FACTS, UNTRACKED = "runlake/git.patch", "runlake/git.json", "runlake/untracked/"
CELLS, PACKAGES, MACHINE = "runlake/notebook.py", "runlake/packages.txt", "runlake/environment.json"
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_REMOTE = re.compile(r"(https?|ssh|git|file)://\S+|\w[\w.-]*@\w[\w.-]*:\S+|/.*")
_PIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?==[A-Za-z0-9][A-Za-z0-9.!+_-]*")
_FROM_GIT = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)==\S+ @ (https://[\w./~:-]+)@([0-9a-f]{40}(?:[0-9a-f]{24})?)"
)
_VERSION = re.compile(r"\d+\.\d+(\.\d+)?\w*")
_REDACTED = "[redacted"
# Of the variables that are captured: those that change what is computed, not those that say where it was.
_MATTER = frozenset(
    [
        "ACCELERATE_MIXED_PRECISION",
        "BLIS_NUM_THREADS",
        "CUBLAS_WORKSPACE_CONFIG",
        "CUDA_DEVICE_ORDER",
        "CUDA_LAUNCH_BLOCKING",
        "CUDA_VISIBLE_DEVICES",
        "GOTO_NUM_THREADS",
        "HIP_VISIBLE_DEVICES",
        "JAX_ENABLE_X64",
        "JAX_PLATFORMS",
        "KMP_AFFINITY",
        "KMP_BLOCKTIME",
        "LANG",
        "LC_ALL",
        "LOKY_MAX_CPU_COUNT",
        "MKL_CBWR",
        "MKL_DYNAMIC",
        "MKL_NUM_THREADS",
        "NUMBA_NUM_THREADS",
        "NUMEXPR_MAX_THREADS",
        "NUMEXPR_NUM_THREADS",
        "NVIDIA_TF32_OVERRIDE",
        "OMP_DYNAMIC",
        "OMP_NUM_THREADS",
        "OMP_PROC_BIND",
        "OMP_SCHEDULE",
        "OPENBLAS_NUM_THREADS",
        "POLARS_MAX_THREADS",
        "PYTHONHASHSEED",
        "PYTHONOPTIMIZE",
        "PYTORCH_CUDA_ALLOC_CONF",
        "RAYON_NUM_THREADS",
        "SOURCE_DATE_EPOCH",
        "TF_CUDNN_DETERMINISTIC",
        "TF_DETERMINISTIC_OPS",
        "TF_ENABLE_ONEDNN_OPTS",
        "TOKENIZERS_PARALLELISM",
        "TZ",
        "VECLIB_MAXIMUM_THREADS",
        "XLA_FLAGS",
    ]
)


@dataclass(frozen=True, slots=True)
class File:
    """A file that git did not know, as it was captured; `path` stays inside the checkout."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set that the run used; `path` and `sha256` are set where it was one file that can be compared."""

    name: str
    role: str | None
    version: str | None
    path: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """What it takes to make a run again. Every text that a script holds prints as it is.

    Attributes:
        remote: where its repository is, without credentials; None where that is not known or cannot be used.
        commit: hex digits; None where not recorded.
        patch: what had changed since; `patch_exact` is False where secrets were taken out of it, or files left out.
        untracked: files that git did not know.
        python: version of the interpreter.
        requirements: lines for pip: every package with its exact version.
        unpinned: packages that no line can say, such as those installed from a folder.
        variables: of the environment.
        seeds: as recorded, without the digests of generators.
        started: folder and words of the command; None where it is not recorded or cannot be repeated.
        cells: the cells of a notebook, in the order in which they were run.
        data: the data sets.
        missing: sentences: what is not there.
        uncertain: sentences: what may be otherwise than it was.
    """

    run_id: str
    name: str
    remote: str | None
    commit: str | None
    patch: bytes | None
    patch_exact: bool
    untracked: tuple[File, ...]
    python: str | None
    requirements: tuple[str, ...]
    unpinned: tuple[str, ...]
    variables: Mapping[str, str]
    seeds: Mapping[str, object]
    started: Started | None
    cells: bytes | None
    data: tuple[DataSet, ...]
    missing: tuple[str, ...]
    uncertain: tuple[str, ...]

    @property
    def short_id(self) -> str:
        """The random end of the id."""
        return short_id(self.run_id)


def recipe(source: Source, run: RunDetail, *, newer: Callable[[], Source] | None = None) -> Recipe:
    """Gather what is known of how to make a run again.

    Args:
        source: the snapshot.
        run: what `run_detail` says.
        newer: see `artifacts.artifact_bytes`.
    """
    return _Gathering(source, run, newer).recipe()


class _Gathering:
    """One look at a run, which notes on its way what is missing and what is not certain."""

    def __init__(self, source: Source, run: RunDetail, newer: Callable[[], Source] | None) -> None:
        self.source, self.run, self.newer = source, run, newer
        self.header = run.header
        kept = run.artifacts.filter(pl.col("latest") & pl.col("kind").is_in([CODE, ENVIRONMENT]))
        self.facts = {path: facts_of(metadata) for path, metadata in kept.select("path", "metadata").iter_rows()}
        self.missing: list[str] = []
        self.uncertain: list[str] = []

    def recipe(self) -> Recipe:
        remote, commit = self.repository()
        patch, exact = self.patch()
        files, cells = self.untracked(), self.cells()
        python, requirements, unpinned = self.packages()
        variables = self.variables()
        seeds = self.seeds()
        data = tuple(self.data())
        found, doubts = started(self.header, self.run.identity)
        self.missing += [] if found else doubts
        self.uncertain += doubts if found else []
        self.machine()
        return Recipe(
            self.run.run_id, str(self.header["name"] or "(unnamed)"), remote, commit, patch, exact, files, python,
            requirements, unpinned, variables, seeds, found, cells, data, tuple(self.missing), tuple(self.uncertain),
        )  # fmt: skip

    def repository(self) -> tuple[str | None, str | None]:
        commit, remote = self.header["git_commit"], self.header["git_remote"]
        if not isinstance(commit, str):
            self.missing.append("The commit of the code was not recorded, so the code has to come from elsewhere.")
            commit = None
        elif not _COMMIT.fullmatch(commit):
            self.missing.append("What is recorded as the commit is none, so it is not checked out.")
            commit = None
        if not isinstance(remote, str):
            self.missing.append("Where the repository is was not recorded: say it as REMOTE.")
            return None, commit
        if not _REMOTE.fullmatch(remote) or not remote.isprintable() or _REDACTED in remote:
            self.missing.append(
                "What is recorded as the repository is no address that git should be given: say it as REMOTE."
            )
            return None, commit
        self.uncertain.append("Whether the repository still has the commit, and lets you read it, is not known.")
        return remote, commit

    def patch(self) -> tuple[bytes | None, bool]:
        self.left_out()
        if PATCH not in self.facts:
            if self.header["git_dirty"] is None and self.header["git_commit"] is not None:
                self.uncertain.append("Whether the code had changed since the commit was not recorded.")
            elif self.header["git_dirty"] and not any(path.startswith(UNTRACKED) for path in self.facts):
                self.missing.append("The code had changed since the commit, but the change was not captured.")
            return None, True
        content = self.read(PATCH)
        if content is None:
            self.missing.append("The captured patch cannot be read: its bytes are not here.")
            return None, False
        exact = self.facts[PATCH].get("byte_exact") is True
        if not exact:
            self.uncertain.append(
                "The patch is not byte-exact: secrets were taken out of it or files left out, so it may not apply, "
                "and what it makes differs from what ran."
            )
        return content, exact

    def left_out(self) -> None:
        said = self.json(FACTS)
        for one in _listed(said.get("left_out")):
            if isinstance(one, dict):
                self.missing.append(f"Not captured: {one.get('path') or 'further files'} ({one.get('why')}).")
        self.uncertain += [f"Capture said: {problem}." for problem in _listed(said.get("problems"))]

    def untracked(self) -> tuple[File, ...]:
        files = []
        for path in sorted(path for path in self.facts if path.startswith(UNTRACKED)):
            name = path.removeprefix(UNTRACKED)
            content = self.read(path) if is_inside(name) else None
            if not is_inside(name):
                self.missing.append(f"Untracked file {name}: its name is none that may be written to.")
            elif content is None:
                self.missing.append(f"Untracked file {name}: its bytes are not here.")
            else:
                files.append(File(name, content))
                if self.facts[path].get("byte_exact") is not True:
                    self.uncertain.append(f"Untracked file {name} is not byte-exact: secrets were taken out of it.")
        if files:
            self.uncertain.append("Whether untracked files were executable is not recorded.")
        return tuple(files)

    def cells(self) -> bytes | None:
        if CELLS not in self.facts:
            return None
        self.uncertain.append("The run came from a notebook: its cells are here, in the order in which they were run.")
        return self.read(CELLS)

    def packages(self) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
        python = self.header["python_version"]
        if not isinstance(python, str) or not _VERSION.fullmatch(python):
            self.missing.append("The version of Python was not recorded.")
            python = None
        content = self.read(PACKAGES) if PACKAGES in self.facts else None
        lines = [line.strip() for line in (content or b"").decode("utf-8", "replace").splitlines() if line.strip()]
        if not lines:
            self.missing.append("The installed packages were not recorded.")
        pins = {line: _requirement(line) for line in lines}
        unpinned = tuple(line for line, pin in pins.items() if pin is None)
        if unpinned:
            count = "1 package was" if len(unpinned) == 1 else f"{len(unpinned):,} packages were"
            self.missing.append(f"{count} installed from a folder or a file, which only the machine of the run had.")
        return python, tuple(pin for pin in pins.values() if pin is not None), unpinned

    def variables(self) -> dict[str, str]:
        found = self.json(MACHINE).get("env")
        recorded = found if isinstance(found, dict) else {}
        seeds = self.seeds_recorded()
        recorded = {"PYTHONHASHSEED": seeds.get("PYTHONHASHSEED"), **recorded}
        kept = {n: v for n, v in recorded.items() if n in _MATTER and isinstance(v, str) and v.isprintable()}
        return {name: value for name, value in sorted(kept.items()) if _REDACTED not in value}

    def seeds_recorded(self) -> dict[str, object]:
        text = self.header["seeds"]
        try:
            found = json.loads(text) if isinstance(text, str) else {}
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def seeds(self) -> dict[str, object]:
        found = {n: v for n, v in self.seeds_recorded().items() if not n.endswith("_state") and n != "PYTHONHASHSEED"}
        # scikit-learn's own name for a seed ends like the digest of a generator
        found |= {n: v for n, v in self.seeds_recorded().items() if n == "random_state"}
        if not self.seeds_recorded():
            self.missing.append("No random seed was recorded.")
        elif found:
            self.uncertain.append(
                f"Seeds of the program ({', '.join(sorted(found))}) are set by its own code: nothing outside can set them."
            )
        return found

    def data(self) -> list[DataSet]:
        if self.run.datasets.is_empty():
            self.uncertain.append("No data set was recorded: what the program read is not known.")
        found = []
        for name, version, role, text in self.run.datasets.select("name", "version", "role", "attributes").iter_rows():
            facts = facts_of(text)
            uri, digest = facts.get("uri"), facts.get("sha256")
            is_file = facts.get("kind") == "file" and isinstance(uri, str) and uri.isprintable() and "://" not in uri
            is_known = isinstance(digest, str) and re.fullmatch("[0-9a-f]{64}", digest) is not None
            if version is None:
                self.missing.append(f"Data set {name}: neither a version nor a digest was recorded.")
            elif not is_known and not str(version).startswith("sha256:"):
                self.uncertain.append(f"Data set {name}: its version is a name, not a digest of its content.")
            path, sha256 = (str(uri), str(digest)) if is_file and is_known else (None, None)
            found.append(DataSet(name, role, version, path, sha256))
        return found

    def machine(self) -> None:
        ran_on = ", ".join(str(self.header[name]) for name in ("platform", "cpu", "gpu") if self.header[name])
        self.uncertain.append(
            f"System libraries, drivers and hardware are not locked{f'; it ran on {ran_on}' if ran_on else ''}."
        )
        if self.header["foreign_source"] is not None:
            self.uncertain.append(f"The run was imported from {self.header['foreign_source']}, which said all of this.")

    def json(self, path: str) -> dict[str, object]:
        content = self.read(path) if path in self.facts else None
        return facts_of(content.decode("utf-8", "replace")) if content else {}

    def read(self, path: str) -> bytes | None:
        try:
            return artifact_bytes(self.source, self.run.run_id, path, newer=self.newer)
        except RunlakeError:  # it waits elsewhere, is gone, or is damaged: that is said, and the rest is still of use
            return None


def is_inside(path: str) -> bool:
    """Say whether a file of this name may be written into a checkout: relative, never upwards, nothing of git's own."""
    parts = path.split("/")
    is_odd = any(part in ("", ".", "..") or part.lower().rstrip(". ") == ".git" for part in parts)
    return path.isprintable() and "\\" not in path and not is_odd


def _requirement(line: str) -> str | None:
    """Write a captured package as pip reads it; None where no other machine can install it."""
    if _PIN.fullmatch(line):
        return line
    origin = _FROM_GIT.fullmatch(line)
    return f"{origin[1]} @ git+{origin[2]}@{origin[3]}" if origin else None


def _listed(found: object) -> list[object]:
    return found[:1000] if isinstance(found, list) else []

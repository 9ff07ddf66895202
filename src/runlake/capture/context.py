"""Where the facts of a run come from: the machine, or what somebody fixed, as the sample data does."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from runlake.capture.entry import Entry, auto_name_stem, notebook_cells, read_entry
from runlake.capture.guard import attempt
from runlake.capture.redact import redact_text, redact_value
from runlake.capture.who import Who, who_is_there
from runlake.clock import Clock, SystemClock

if TYPE_CHECKING:
    from runlake.capture.environment import Environment
    from runlake.capture.git import GitState

# Code that is edited while it runs: a script is what it was when it was loaded, a notebook is not.
INTERACTIVE_LASTS_S = 30.0


@dataclass(frozen=True, slots=True)
class Context:
    """Where identity, facts and time come from.

    A live context asks the machine for all that is not given. A fixed one takes only what is given:
    the rest is not recorded.
    """

    clock: Clock = field(default_factory=SystemClock)
    is_live: bool = True
    given_who: Who | None = None
    given_entry: Entry | None = None
    given_git: GitState | None = None
    given_environment: Environment | None = None
    given_seeds: dict[str, Any] | None = None

    @classmethod
    def live(cls) -> Context:
        """Take everything from the machine."""
        return cls()

    @classmethod
    def fixed(
        cls,
        *,
        clock: Clock,
        who: Who,
        entry: Entry,
        git: GitState | None = None,
        environment: Environment | None = None,
        seeds: dict[str, Any] | None = None,
    ) -> Context:
        """Take nothing from the machine; what is None is not recorded."""
        return cls(clock, False, who, entry, git, environment, seeds)

    def who(self) -> Who:
        """Return who is there, as far as it is known without starting a program; costs some 50 µs."""
        return self.given_who or (who_is_there() if self.is_live else Who("unknown"))

    def identity(self) -> dict[str, object]:
        """Return the columns of `identities` that are known at once: all but what git knows."""
        return self.who().columns()

    def entry(self) -> Entry:
        """Return what was started."""
        return self.given_entry or (read_entry() if self.is_live else Entry("script"))

    def name_stem(self, now_us: int | None = None) -> str:
        """Return what a run without a name is called, before its version: `2026-01-31_train_fraud`."""
        return auto_name_stem(self.clock.now_us() if now_us is None else now_us, self.entry())


@dataclass(frozen=True, slots=True)
class CapturedFile:
    """Bytes that are kept with a run.

    Attributes:
        path: where in the run, such as `runlake/git.patch`.
        kind: environment or code.
        metadata: further facts, such as {"byte_exact": false}.
    """

    path: str
    kind: str
    content: bytes
    media_type: str = "text/plain"
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What was captured, ready to be laid into rows; everything in it is redacted.

    Attributes:
        header: columns of `runs`; names nobody.
        identity: columns of `identities`, all but `ts` and `actor_id`.
        files: paths below `runlake/`, without repeats.
        problems: what could not be captured, as sentences.
    """

    header: dict[str, object]
    identity: dict[str, object]
    files: list[CapturedFile]
    problems: list[str]


def capture_run(context: Context) -> RunFacts:
    """Capture all that the context knows about the code, the machine and the person; never raises.

    Read anew for each run: user, process, working directory, command, entry point, environment
    variables, seeds, cells of a notebook. Read once per process: machine, GPU, and the state of git for
    scripts and modules; in notebooks git is read again after 30 s, packages when a folder of `sys.path`
    changed. The first call costs some 100 ms in a small work tree, later ones about 0.5 ms; call it off the training thread.
    """
    who, entry = context.who(), context.entry()
    git = context.given_git or (_git_of(entry) if context.is_live else None)
    environment = context.given_environment or (_environment() if context.is_live else None)
    who = replace(who, git_name=who.git_name or git.name, email=who.email or git.email) if git else who
    problems = [*(git.problems if git else ()), *(environment.problems if environment else ())]
    files = [*_environment_files(environment, who), *(_code_files(git, who) if git else ())]
    if context.is_live and (cells := captured_cells()) is not None:
        files.append(cells)
    return RunFacts(
        header=_header(context, who, entry, git, environment),
        identity=who.columns(),
        files=files,
        problems=[who.hide(redact_text(problem)) for problem in problems],
    )


def captured_cells() -> CapturedFile | None:
    """Return the cells run so far as `runlake/notebook.py`; None outside of a notebook."""
    cells = notebook_cells()
    if cells is None:
        return None
    redacted = {"byte_exact": False} if "[redacted:" in cells else {}
    return CapturedFile("runlake/notebook.py", "code", _bytes(cells), "text/x-python", redacted)


_known_git: dict[str, tuple[float, GitState]] = {}


def _git_of(entry: Entry) -> GitState:
    from runlake.capture.entry import find_root
    from runlake.capture.git import git_state

    cwd = attempt("working directory", os.getcwd).value or "/"
    folder = entry.folder if entry.folder and find_root(entry.folder) else cwd
    lasts = float("inf") if entry.source_type in {"script", "module"} else INTERACTIVE_LASTS_S
    known = _known_git.get(folder)
    if known is None or time.monotonic() - known[0] > lasts:
        known = _known_git[folder] = (time.monotonic(), git_state(folder))
    return known[1]


def _environment() -> Environment:
    from runlake.capture.environment import Environment, read_environment

    read = attempt("environment", read_environment)
    return read.value or Environment(problems=(redact_text(read.problem or "environment"),))


def _header(
    context: Context, who: Who, entry: Entry, git: GitState | None, environment: Environment | None
) -> dict[str, object]:
    seeds = context.given_seeds
    if seeds is None and context.is_live:
        from runlake.capture.seeds import read_seeds

        seeds = read_seeds()
    facts: dict[str, object] = {
        "source_type": entry.source_type,
        "entry_point": None if entry.entry_point is None else who.hide(redact_text(entry.entry_point)),
        "command": None if who.command is None else who.hide(who.command),
        "seeds": json.dumps(seeds, sort_keys=True) if seeds else None,
    }
    if git is not None:
        facts |= {
            "git_commit": git.commit,
            "git_branch": None if git.branch is None else redact_text(git.branch),
            "git_dirty": git.dirty,
            "git_remote": git.remote,
        }
    if environment is not None:
        names = ("python_version", "platform", "cpu", "memory_bytes", "gpu")
        facts |= {name: getattr(environment, name) for name in names}
    return {name: value for name, value in facts.items() if value is not None}


def _environment_files(environment: Environment | None, who: Who) -> list[CapturedFile]:
    if environment is None:
        return []
    packages = "".join(f"{line}\n" for line in environment.packages)
    files = [CapturedFile("runlake/environment.json", "environment", _json(environment.facts, who), "application/json")]
    if packages:
        files.append(CapturedFile("runlake/packages.txt", "environment", _bytes(who.hide(packages))))
    return files


_code: tuple[GitState, str | None, list[CapturedFile]] | None = None


def _code_files(git: GitState | None, who: Who) -> list[CapturedFile]:
    """Lay out patch and untracked files, once for each state of git: redacting them can cost milliseconds."""
    global _code
    if git is None or git.root is None:
        return []
    if _code is None or _code[0] is not git or _code[1] != who.home:
        _code = git, who.home, _laid_out(git, who)
    return list(_code[2])


def _laid_out(git: GitState, who: Who) -> list[CapturedFile]:
    files = [CapturedFile("runlake/git.json", "code", _json(_git_facts(git), who), "application/json")]
    if git.patch is not None:
        exact = {"byte_exact": git.patch_exact}
        files.append(CapturedFile("runlake/git.patch", "code", git.patch, "text/x-diff", exact))
    for file in git.untracked:
        # Bytes of a name that are no UTF-8 cannot be kept in a path; the name is in the facts all the same.
        path = file.path.encode("utf-8", "replace").decode("utf-8")
        facts = {"byte_exact": file.byte_exact, "sha256_on_disk": file.sha256}
        files.append(CapturedFile(f"runlake/untracked/{path}", "code", file.content, "application/octet-stream", facts))
    return files


def _git_facts(git: GitState) -> dict[str, Any]:
    return {
        "commit": git.commit,
        "branch": git.branch,
        "dirty": git.dirty,
        "remote": git.remote,
        "patch_byte_exact": git.patch_exact if git.patch is not None else None,
        "untracked": [
            {"path": f.path, "size_bytes": f.size_bytes, "sha256": f.sha256, "byte_exact": f.byte_exact}
            for f in git.untracked
        ],
        "left_out": [{"path": path, "why": why} for path, why in git.left_out],
        "problems": list(git.problems),
    }


def _json(value: dict[str, Any], who: Who) -> bytes:
    return _bytes(who.hide(json.dumps(redact_value("", value), indent=2, sort_keys=True)) + "\n")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")

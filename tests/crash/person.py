"""Another user of this machine: a process that runs code under a uid, with groups and a umask of its own.

It begins as root and loads all of Runlake, because a user without an account may not be able to read the
interpreter. Then it becomes the user for good, and runs what it is given.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pkgutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Account:
    """Who somebody is.

    Attributes:
        groups: further groups, beside the one of their own, which has the number of the user.
    """

    name: str
    uid: int
    groups: tuple[int, ...] = ()
    umask: int = 0o022


class Failed(Exception):
    """What a person's code raised: its type and its text."""


@dataclass
class Person:
    """A running process of somebody's."""

    account: Account
    home: Path
    journal: Path | None = None
    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.home.mkdir(mode=0o700)
        os.chown(self.home, self.account.uid, self.account.uid)
        config = asdict(self.account) | {"home": str(self.home), "journal": str(self.journal or "")}
        self.process = subprocess.Popen(
            [sys.executable, __file__, json.dumps(config)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def do(self, code: str, **names: Any) -> Any:
        """Run code with these names; returns what it calls `result`."""
        self.begin(code, **names)
        return self.end()

    def begin(self, code: str, **names: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"code": code, "names": names}) + "\n")
        self.process.stdin.flush()

    def end(self) -> Any:
        assert self.process.stdout is not None
        said = json.loads(self.process.stdout.readline())
        if "raised" in said:
            raise Failed(said["raised"])
        return said["result"]

    def runlake(self, *words: str) -> tuple[int, str]:
        """Run a command; exit code and what it printed."""
        code, printed = self.do("result = shell(words)", words=words)
        return code, printed

    def logs(self, store: str, name: str, *, artifact: str = "", finish: bool = True) -> str:
        """Log a short run; returns its id."""
        return str(self.do(LOG, store=store, name=name, artifact=artifact, finish=finish))

    def goes(self) -> None:
        self.process.kill()
        self.process.communicate()


LOG = """
import runlake
from pathlib import Path
run = runlake.start_run("shared", name, store=store, capture=False)
for step in range(10):
    run.log({"loss": float(step)}, step=step)
if artifact:
    Path("a.txt").write_text(artifact)
    run.log_artifact("a.txt")
if finish:
    run.finish()
result = run.id
"""


def shell(words: list[str]) -> tuple[int, str]:
    from runlake.cli.main import main

    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = main(words)
    return code, raw.getvalue().decode()


def load_everything() -> None:
    """Use all of it once, so that nothing is left to be imported later."""
    import runlake

    for module in pkgutil.walk_packages(runlake.__path__, "runlake."):
        if "_app" not in module.name and "__main__" not in module.name:
            import_module(module.name)
    import_module("encodings.cp437")  # for zip files
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RUNLAKE_JOURNAL"] = f"{folder}/journal"
        os.chdir(folder)
        scope = {"store": f"{folder}/store", "name": "r", "artifact": "x", "finish": True}
        exec(LOG, scope)
        commands = ["ingest", "runs", "compact", "vacuum", "doctor", f"tag {scope['result']} a=b", "audit log"]
        for words in (*commands, f"show {scope['result']}"):
            code, out = shell([*words.split(), "--store", f"{folder}/store"])
            assert code == 0, (words, out)
        os.chdir("/")


def become(config: dict[str, Any]) -> None:
    os.umask(config["umask"])
    if config["uid"]:
        os.setgroups(config["groups"])
        os.setgid(config["uid"])
        os.setuid(config["uid"])
    os.chdir(config["home"])
    del os.environ["RUNLAKE_JOURNAL"]
    os.environ |= {"HOME": config["home"], "USER": config["name"], "LOGNAME": config["name"]}
    if config["journal"]:
        os.environ["RUNLAKE_JOURNAL"] = config["journal"]


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for name in [name for name in os.environ if name.startswith(("RUNLAKE_", "XDG_"))]:
        del os.environ[name]
    os.environ["RUNLAKE_INGESTER"] = "off"
    load_everything()
    become(json.loads(sys.argv[1]))
    for line in sys.stdin:
        asked = json.loads(line)
        scope: dict[str, Any] = {"shell": shell, **asked["names"]}
        try:
            exec(asked["code"], scope)
            said = {"result": scope.get("result")}
        except BaseException as problem:  # noqa: BLE001 - whatever it is, the test has to be told
            said = {"raised": f"{type(problem).__name__}: {problem}"}
        answers.write(json.dumps(said) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()

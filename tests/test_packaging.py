"""The wheel is whole: what it installs works where the sources are out of reach."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
ADDRESS = re.compile(rb"http://127\.0\.0\.1:\d+")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the backend that is installed."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


@dataclass(frozen=True, slots=True)
class Installed:
    """A new environment that has the wheel, and a folder to work in."""

    python: Path
    folder: Path

    @property
    def runlake(self) -> Path:
        """The command."""
        return self.python.with_name("runlake")

    def environment(self) -> dict[str, str]:
        """What its processes see: nothing of ours, and a home of their own."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("RUNLAKE_", "PYTHON", "VIRTUAL_ENV", "PORT"))}
        return kept | {
            "HOME": str(self.folder),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "TMPDIR": str(self.folder),
        }

    def run(self, *words: str | Path) -> str:
        """Run a command to its end and return what it prints."""
        done = subprocess.run(
            [str(w) for w in words],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def serving(self, *words: str) -> Iterator[str]:
        """Start the dashboard and give its address; stop it afterwards."""
        process = subprocess.Popen(
            [str(self.runlake), *words, "--no-browser"], cwd=self.folder, env=self.environment(), stdout=subprocess.PIPE
        )
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            found = ADDRESS.search(first)
            assert found is not None, first
            yield found[0].decode()
        finally:
            process.terminate()
            process.communicate(timeout=30)


def install(wheel: Path, folder: Path, *requirements: str) -> Installed:
    """Install the wheel into a new environment, with its dependencies from the lock or, without any, from ours."""
    venv.create(folder / "venv", symlinks=os.name != "nt")
    installed = Installed(folder / "venv/bin/python", folder / "elsewhere")
    installed.folder.mkdir()
    pip = (
        sys.executable,
        "-m",
        "pip",
        "--python",
        installed.python,
        "install",
        "--quiet",
        "--disable-pip-version-check",
    )
    if requirements:
        installed.run(*pip, *requirements)
    else:
        # A path that is named in a .pth file brings packages in, but no .pth files that lie there,
        # so the editable installation of the sources stays out of reach.
        where = "import sysconfig; print(sysconfig.get_path('purelib'))"
        theirs = Path(installed.run(installed.python, "-c", where).strip())
        (theirs / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    installed.run(*pip, "--no-deps", wheel)
    return installed


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(wheel, tmp_path_factory.mktemp("installed"))


def fetch(address: str) -> bytes:
    """Get a page of this machine, past any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + 20
    while True:
        try:
            with opener.open(address, timeout=10) as answer:
                body: bytes = answer.read()
                return body
        except urllib.error.URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


class TestTheWheel:
    def test_has_the_app_its_configuration_and_the_sample(self, wheel: Path) -> None:
        names = set(zipfile.ZipFile(wheel).namelist())

        assert {
            "runlake/_app/main.py",
            "runlake/_app/.streamlit/config.toml",
            "runlake/_sample_data/store.json",
        } <= names
        assert any(n.startswith("runlake/_sample_data/metrics/_delta_log/") for n in names)

    def test_has_every_file_of_the_app_and_the_sample(self, wheel: Path) -> None:
        names = set(zipfile.ZipFile(wheel).namelist())
        places = {"app": "_app", "sample_data/store": "_sample_data", "src/runlake": ""}
        wanted = {
            str(Path("runlake", there, path.relative_to(ROOT / here)))
            for here, there in places.items()
            for path in (ROOT / here).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

        assert wanted - names == set()

    def test_has_nothing_that_a_machine_left_behind(self, wheel: Path) -> None:
        left = [n for n in zipfile.ZipFile(wheel).namelist() if n.endswith((".pyc", ".log", ".lock")) or "cache" in n]

        assert left == []

    def test_carries_the_licence_and_no_address_of_a_package_index(self, wheel: Path) -> None:
        with zipfile.ZipFile(wheel) as opened:
            metadata = next(n for n in opened.namelist() if n.endswith(".dist-info/METADATA"))
            requirements = [
                line for line in opened.read(metadata).decode().splitlines() if line.startswith("Requires-Dist")
            ]
            licences = [n for n in opened.namelist() if n.endswith("licenses/LICENSE")]

        assert len(licences) == 1
        assert [line for line in requirements if "://" in line] == []


class TestWhereTheSourcesAreOutOfReach:
    def test_the_package_is_the_installed_one(self, installed: Installed) -> None:
        where = installed.run(installed.python, "-c", "import runlake; print(runlake.__file__)").strip()

        assert Path(where).is_relative_to(installed.python.parents[1])

    def test_a_run_is_logged_and_listed(self, installed: Installed) -> None:
        code = "import runlake\nwith runlake.start_run('wheel', 'first') as run: run.log({'loss': 0.5})"
        installed.run(installed.python, "-c", code)

        assert "first" in installed.run(installed.runlake, "runs", "wheel")

    def test_demo_answers(self, installed: Installed) -> None:
        with installed.serving("demo") as address:
            page, health = fetch(address), fetch(f"{address}/_stcore/health")

        assert b"<title>" in page
        assert health == b"ok"

    def test_ui_answers(self, installed: Installed) -> None:
        with installed.serving("ui", "--store", "runlake_store") as address:
            health = fetch(f"{address}/_stcore/health")

        assert health == b"ok"


@pytest.mark.slow
class TestWithNothingButTheLock:
    """The same in an environment that has the locked dependencies of the runtime and nothing of development."""

    def test_demo_answers(self, wheel: Path, tmp_path: Path) -> None:
        installed = install(wheel, tmp_path, "--require-hashes", "-r", str(ROOT / "requirements/runtime.txt"))

        with installed.serving("demo") as address:
            assert fetch(f"{address}/_stcore/health") == b"ok"


class TestTheLocks:
    @pytest.mark.parametrize("name", ["runtime.txt", "dev.txt"])
    def test_name_versions_and_hashes_and_no_place(self, name: str) -> None:
        lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
        entries = (
            "\n".join(line for line in lines if not line.lstrip().startswith("#")).replace("\\\n", "").splitlines()
        )
        pattern = r"[a-z0-9.-]+==[\w.+-]+(?: ; [^\\#]+?)?(?:\s+--hash=sha256:[0-9a-f]{64})+"
        wrong = [entry for entry in entries if not re.fullmatch(pattern, entry.strip())]

        assert len(entries) > 20
        assert wrong == []

    def test_agree(self) -> None:
        runtime, dev = (pins(ROOT / "requirements" / name) for name in ("runtime.txt", "dev.txt"))

        assert runtime <= dev


def pins(lock: Path) -> set[str]:
    """Return the `name==version ; marker` of each entry."""
    return set(re.findall(r"^[a-z0-9.-]+==[^\\\n]+", lock.read_text(encoding="utf-8"), re.M))

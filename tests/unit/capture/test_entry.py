from __future__ import annotations

import subprocess
import sys
import types
from typing import TYPE_CHECKING, Any

import pytest

from runlake.capture.entry import Entry, auto_name_stem, find_root, notebook_cells, read_entry

if TYPE_CHECKING:
    from pathlib import Path

NOON = 1_769_860_800_000_000  # 2026-01-31T12:00:00Z
SHOW = "from runlake.capture.entry import read_entry; print(read_entry())"


class ZMQInteractiveShell:
    """What an IPython kernel shows of itself."""

    def __init__(self, cells: list[str], **names: object) -> None:
        self.user_ns: dict[str, object] = {"In": ["", *cells], **names}


class TerminalInteractiveShell(ZMQInteractiveShell):
    """What IPython at a terminal shows of itself."""


def _enter(monkeypatch: pytest.MonkeyPatch, shell: object) -> None:
    ipython: Any = types.ModuleType("IPython")
    ipython.get_ipython = lambda: shell
    monkeypatch.setitem(sys.modules, "IPython", ipython)


def _run(*args: str, cwd: Path) -> str:
    return subprocess.run([sys.executable, *args], cwd=cwd, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "__init__.py").touch()
    (tmp_path / "jobs" / "train.py").write_text(SHOW)
    return tmp_path


class TestTheEntryPoint:
    def test_of_a_script_is_relative_to_the_repository(self, project: Path) -> None:
        shown = _run("train.py", cwd=project / "jobs")

        assert shown == repr(Entry("script", "jobs/train.py", str(project / "jobs")))

    def test_of_a_script_elsewhere_is_its_path(self, project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
        elsewhere = tmp_path_factory.mktemp("elsewhere")
        (elsewhere / "x.py").write_text(SHOW)

        shown = _run(str(elsewhere / "x.py"), cwd=project)

        assert shown == repr(Entry("script", str(elsewhere / "x.py"), str(elsewhere)))

    def test_of_a_module_is_its_name(self, project: Path) -> None:
        assert _run("-m", "jobs.train", cwd=project) == repr(Entry("module", "jobs.train", str(project / "jobs")))

    def test_of_a_command_is_not_known(self, project: Path) -> None:
        assert _run("-c", SHOW, cwd=project) == repr(Entry("interactive"))

    def test_of_a_notebook_is_its_path_where_the_editor_says_it(
        self, monkeypatch: pytest.MonkeyPatch, project: Path
    ) -> None:
        _enter(monkeypatch, ZMQInteractiveShell([], __vsc_ipynb_file__=str(project / "jobs" / "eda.ipynb")))

        assert read_entry() == Entry("notebook", "jobs/eda.ipynb", str(project / "jobs"))

    def test_of_a_notebook_is_its_path_where_the_server_says_it(
        self, monkeypatch: pytest.MonkeyPatch, project: Path
    ) -> None:
        _enter(monkeypatch, ZMQInteractiveShell([]))
        monkeypatch.setenv("JPY_SESSION_NAME", str(project / "jobs" / "eda.ipynb"))

        assert read_entry().entry_point == "jobs/eda.ipynb"

    def test_of_a_notebook_is_none_where_nobody_says_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _enter(monkeypatch, ZMQInteractiveShell([]))
        monkeypatch.setenv("JPY_SESSION_NAME", "3e1c7d6a-9f4e")

        assert read_entry() == Entry("notebook")

    def test_of_a_terminal_session_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
        _enter(monkeypatch, TerminalInteractiveShell([]))

        assert read_entry() == Entry("interactive")


class TestTheRoot:
    def test_is_found_from_below(self, project: Path) -> None:
        assert find_root(str(project / "jobs")) == str(project)

    def test_may_be_marked_by_a_file(self, tmp_path: Path) -> None:
        (tmp_path / ".git").write_text("gitdir: elsewhere")

        assert find_root(str(tmp_path)) == str(tmp_path)

    def test_is_none_outside(self) -> None:
        assert find_root("/") is None


class TestTheNameOfARun:
    @pytest.mark.parametrize(
        ("entry", "expected"),
        [
            (Entry("script", "jobs/train_fraud.py"), "2026-01-31_train_fraud"),
            (Entry("script", "C:\\jobs\\train fraud!.py"), "2026-01-31_train_fraud"),
            (Entry("module", "jobs.train"), "2026-01-31_train"),
            (Entry("notebook", "eda/Größe 1.ipynb"), "2026-01-31_Größe_1"),
            (Entry("notebook"), "2026-01-31_notebook"),
            (Entry("interactive"), "2026-01-31_interactive"),
            (Entry("script", "train"), "2026-01-31_train"),
        ],
    )
    def test_is_its_date_and_entry_point(self, entry: Entry, expected: str) -> None:
        assert auto_name_stem(NOON, entry) == expected

    def test_is_without_what_is_secret_in_the_name_of_the_script(self) -> None:
        token = "ghp_" + "x1" * 18

        assert (
            auto_name_stem(NOON, Entry("script", f"jobs/train_{token}.py")) == "2026-01-31_train__redacted_github_token"
        )


class TestTheCellsOfANotebook:
    def test_are_none_outside(self) -> None:
        assert notebook_cells() is None

    def test_are_source_in_the_order_of_execution(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _enter(monkeypatch, ZMQInteractiveShell(["import runlake", "", "%time train()\n"]))

        assert notebook_cells() == "# In[1]:\nimport runlake\n\n# In[3]:\n%time train()\n"

    def test_are_redacted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _enter(monkeypatch, ZMQInteractiveShell(["api_key = 'hunter2'", "token = get_token()"]))

        assert notebook_cells() == "# In[1]:\napi_key = '[redacted:named_secret]'\n\n# In[2]:\ntoken = get_token()\n"

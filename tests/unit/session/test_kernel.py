"""A real notebook kernel: cells are run as Jupyter runs them, and the kernel ends as people end it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Self

import pytest
from jupyter_client.manager import start_new_kernel

import runlake
from runlake.journal import store_uri
from runlake.store.layout import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType


class Kernel:
    """A kernel of this Python, spoken to over loopback."""

    def __init__(self, folder: Path) -> None:
        self.manager, self.client = start_new_kernel(startup_timeout=60, cwd=str(folder))

    def run(self, cell: str, *, fails: str | None = None) -> str:
        """Run a cell; what it printed."""
        printed: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            printed.append(message["content"].get("text", ""))

        source = textwrap.dedent(cell).strip()
        reply = self.client.execute_interactive(source, timeout=60, output_hook=hear)["content"]
        assert (reply["status"], reply.get("ename")) == (("ok", None) if fails is None else ("error", fails)), reply
        return "".join(printed)

    def end(self, *, now: bool) -> None:
        """Shut it down as "Shut down kernel" does, or kill it."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=now)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.manager.has_kernel:
            self.end(now=True)
        self.manager.context.destroy()


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Kernel]:
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "jupyter"))
    return lambda: Kernel(tmp_path)


def statuses(store: str) -> list[tuple[str, str]]:
    return runlake.open_lake(store).runs(columns=["name", "status"]).sort("name").rows()


def cells_of(store: str, run_id: str) -> str:
    lake = runlake.open_lake(store)
    found = lake.artifacts(run_ids=[run_id]).filter(path="runlake/notebook.py").sort("ts")
    opened = open_store(store_uri(store))
    return opened.files.read(opened.blob(found["sha256"][-1])).decode()


class TestAKernel:
    def test_that_is_shut_down_has_finished_its_runs(self, kernel: Callable[[], Kernel], store: str) -> None:
        start = f"""
            import runlake
            names = globals().get('names', iter('123'))
            run = runlake.start_run('e', next(names), store={store!r})
            run.log({{'x': 1.0}})
        """
        with kernel() as notebook:
            notebook.run(start)
            notebook.run(start)
            then = statuses(store)
            notebook.run("raise ValueError('a slip')", fails="ValueError")
            notebook.run("token = 'hf_' + 'x'; password = 'hunter2hunter2'")
            said = notebook.run("run.log({'x': 2.0}); print(runlake.current_run() is run, run.id)")
            notebook.end(now=False)

        same, run_id = said.split()
        assert (then, same) == ([("1", "finished"), ("2", "running")], "True")
        assert statuses(store) == [("1", "finished"), ("2", "finished")]
        lake = runlake.open_lake(store)
        assert lake.metrics(run_ids=[run_id], keys=["x"])["value"].to_list() == [1.0, 2.0]
        header = lake.run(run_id).header
        assert (header["source_type"], header["error"]) == ("notebook", None)
        cells = cells_of(store, run_id)
        assert cells.count("runlake.start_run('e', next(names)") == 2
        assert "raise ValueError('a slip')" in cells
        assert "# In[5]:\nrun.log({'x': 2.0})" in cells
        assert "hunter2" not in cells

    def test_that_is_killed_has_killed_its_runs_and_lost_nothing(
        self, kernel: Callable[[], Kernel], store: str
    ) -> None:
        with kernel() as notebook:
            notebook.run(f"""
                import runlake
                run = runlake.start_run('e', '1', store={store!r}, capture=False)
                run.log({{'x': 1.0}})
            """)
            notebook.end(now=True)

        assert statuses(store) == [("1", "killed")]
        assert runlake.open_lake(store).metrics(keys=["x"])["value"].to_list() == [1.0]

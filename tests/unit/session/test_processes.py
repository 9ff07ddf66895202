"""How runs live through the ways in which processes begin and end."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

import runlake

FORK = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks")


def run_script(body: str, store: str, *, code: int = 0) -> str:
    """Run a script in a process of its own; what it printed."""
    script = f"import os, sys\nimport runlake\nstore = sys.argv[1]\n{textwrap.dedent(body)}"
    done = subprocess.run(
        [sys.executable, "-c", script, store], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == code, done.stderr
    return done.stdout


def statuses(store: str) -> list[tuple[str, str | None]]:
    frame = runlake.open_lake(store).runs(columns=["name", "status", "error"]).sort("name")
    return list(zip(frame["status"], frame["error"], strict=True))


class TestTheEndOfAProcess:
    def test_finishes_what_was_left_open(self, store: str) -> None:
        run_script("run = runlake.start_run('e', 'a', store=store); run.log({'x': 1.0})", store)

        assert statuses(store) == [("finished", None)]

    def test_by_an_exception_fails_what_was_left_open(self, store: str) -> None:
        run_script("run = runlake.start_run('e', 'a', store=store); raise ValueError('bad data')", store, code=1)

        assert statuses(store) == [("failed", "ValueError: bad data")]

    @pytest.mark.parametrize(
        ("then", "status", "error"),
        [
            ("", "finished", None),
            ("; run.finish()", "finished", None),
            ("; run.finish('failed', error='late')", "failed", "late"),
        ],
    )
    def test_does_not_kill_what_an_exit_callback_starts_after_it(
        self, then: str, status: str, error: str | None, store: str
    ) -> None:
        body = f"""
            import atexit
            def late():
                run = runlake.start_run('e', 'late', store=store); run.log({{'x': 1.0}}){then}
            atexit.register(late)  # before the first run, hence called after that was ended
            runlake.start_run('e', 'first', store=store).log({{'x': 1.0}})
        """
        run_script(body, store)

        assert statuses(store) == [("finished", None), (status, error)]
        lake = runlake.open_lake(store)
        assert lake.runs(columns=["metrics.x"])["metrics.x"].to_list() == [1.0, 1.0]
        assert lake.runs(columns=["name", "ended_at"])["ended_at"].null_count() == 0
        late = lake.runs(where="name = 'late'")["run_id"].to_list()
        assert lake.run(late[0]).header["python_version"] is not None

    def test_without_a_goodbye_is_found_out(self, store: str) -> None:
        run_script("run = runlake.start_run('e', 'a', store=store); run.log({'x': 1.0}); os._exit(9)", store, code=9)

        lake = runlake.open_lake(store)
        assert lake.runs(columns=["status", "metrics.x"]).rows() == [("killed", 1.0)]
        assert lake.events(action="run.killed").height == 1


class TestWorkers:
    @FORK
    def test_that_are_forked_log_to_the_run(self, store: str) -> None:
        body = """
            def work(run, n):
                for step in range(50):
                    run.log({f'worker{n}': float(step)}, step=step)
                run.finish()
            import multiprocessing
            run = runlake.start_run('e', 'a', store=store, capture=False)
            run.log({'x': 1.0})
            context = multiprocessing.get_context('fork')
            workers = [context.Process(target=work, args=(run, n)) for n in range(4)]
            [w.start() for w in workers]
            [w.join() for w in workers]
            print([w.exitcode for w in workers])
            run.log({'x': 2.0})
            run.finish()
        """
        assert run_script(body, store) == "[0, 0, 0, 0]\n"

        lake = runlake.open_lake(store)
        counts = {k: lake.metrics(keys=[k]).height for k in ("x", "worker0", "worker1", "worker2", "worker3")}
        assert counts == {"x": 2, "worker0": 50, "worker1": 50, "worker2": 50, "worker3": 50}
        assert statuses(store) == [("finished", None)]

    @FORK
    def test_that_log_and_vanish_lose_nothing(self, store: str) -> None:
        body = """
            run = runlake.start_run('e', 'a', store=store, capture=False)
            child = os.fork()
            if child == 0:
                run.log({'child': 1.0})
                os._exit(0)
            os.waitpid(child, 0)
            run.log({'parent': 1.0})
            run.finish()
        """
        run_script(body, store)

        lake = runlake.open_lake(store)
        assert sorted(lake.metrics()["key"]) == ["child", "parent"]
        assert statuses(store) == [("finished", None)]

    @FORK
    def test_that_outlive_the_parent_do_not_end_its_run(self, store: str) -> None:
        body = """
            run = runlake.start_run('e', 'a', store=store, capture=False)
            child = os.fork()
            if child == 0:
                run.log({'child': 1.0})
                sys.exit(0)   # runs the exit handlers that the child inherited
            os.waitpid(child, 0)
            run.log({'parent': 1.0})
            print(len(runlake.open_lake(store).runs(where="status = 'running'")))
            run.finish()
        """
        assert run_script(body, store) == "1\n"
        assert statuses(store) == [("finished", None)]

    def test_in_spawned_processes_continue_the_run_by_id(self, store: str) -> None:
        body = """
            run = runlake.start_run('e', 'a', store=store, capture=False)
            import subprocess
            code = ("import runlake, sys\\n"
                    "with runlake.start_run('e', run_id=sys.argv[1], resume='must', store=sys.argv[2], capture=False) as run:\\n"
                    "    run.log({'worker': 1.0}, step=0)\\n")
            [subprocess.run([sys.executable, '-c', code, run.id, store], check=True) for _ in range(2)]
            print(runlake.open_lake(store).runs()['status'][0])
            run.log({'x': 1.0})
            run.finish()
        """
        assert run_script(body, store) == "running\n"

        assert runlake.open_lake(store).metrics(keys=["worker"]).height == 2
        assert statuses(store) == [("finished", None)]


class TestCapture:
    def test_records_code_and_console(self, store: str) -> None:
        body = """
            with runlake.start_run('e', 'a', store=store) as run:
                print('epoch 1')
                print('careful', file=sys.stderr)
                print('half a ', end='')
                print('line')
            print('after')
        """
        assert run_script(body, store) == "epoch 1\nhalf a line\nafter\n"

        lake = runlake.open_lake(store)
        [run_id] = lake.runs()["run_id"]
        console = lake.console(run_id)
        assert sorted(zip(console["stream"], console["text"], strict=True)) == [
            ("stderr", "careful"),
            ("stdout", "epoch 1"),
            ("stdout", "half a line"),
        ]
        header = lake.run(run_id).header
        assert str(header["python_version"]).startswith(f"{sys.version_info.major}.{sys.version_info.minor}")
        assert header["source_type"] == "interactive"
        assert "runlake/packages.txt" in lake.artifacts(run_ids=[run_id])["path"].to_list()

    def test_of_nothing_when_asked_so(self, store: str) -> None:
        run_script("with runlake.start_run('e', 'a', store=store, capture=False) as run: print('quiet')", store)

        lake = runlake.open_lake(store)
        [run_id] = lake.runs()["run_id"]
        assert lake.console(run_id).is_empty()
        assert lake.artifacts(run_ids=[run_id]).is_empty()


class TestANotebook:
    KERNEL = """
        class ZMQInteractiveShell:
            user_ns = {'In': ['', 'run = runlake.start_run(...)']}
        import types
        shell = ZMQInteractiveShell()
        sys.modules['IPython'] = types.SimpleNamespace(get_ipython=lambda: shell)
    """

    def test_whose_start_cell_is_run_again_closes_the_first_run(self, store: str) -> None:
        body = textwrap.dedent(self.KERNEL) + textwrap.dedent("""
            first = runlake.start_run('e', '1', store=store, capture=False)
            first.log({'x': 1.0})
            second = runlake.start_run('e', '2', store=store, capture=False)
            child = runlake.start_run('e', '3', parent=second, store=store, capture=False)
            frame = runlake.open_lake(store).runs(columns=['name', 'status']).sort('name')
            print(frame['status'].to_list())
        """)
        assert run_script(body, store) == "['finished', 'running', 'running']\n"


class TestASystemThatRefusesAThread:
    def test_costs_facts_and_not_the_training(self, store: str) -> None:
        out = run_script(
            """
            import threading, time

            def refuse(thread):
                raise RuntimeError("can't start new thread")

            threading.Thread.start = refuse
            began = time.monotonic()
            with runlake.start_run("e", "a", store=store) as run:
                run.log({"x": 1.0})
            print("waited" if time.monotonic() - began > 8 else "went on")
            """,
            store,
        )

        assert out == "went on\n"
        assert statuses(store) == [("finished", None)]
        assert runlake.open_lake(store).metrics()["value"].to_list() == [1.0]

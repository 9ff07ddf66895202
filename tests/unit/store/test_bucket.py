"""Buckets without a server: what is said where none answers. What one that answers does is in tests/contracts."""

from __future__ import annotations

import subprocess
import sys

import pytest

import runlake
from runlake.errors import StoreError
from runlake.journal import journal_root
from runlake.store import bucket
from runlake.store.guard import guarded, without_secrets
from runlake.store.health import store_findings
from runlake.store.ingest import drain

STORE = "s3://nowhere/team/lake"
KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint at which nobody listens."""
    monkeypatch.setattr(bucket, "_RETRY", {"max_retries": 0})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)


@pytest.mark.usefixtures("away")
class TestABucketThatDoesNotAnswer:
    def test_stops_no_training_and_loses_nothing(self) -> None:
        with runlake.start_run("demo", store=STORE, capture=False) as run:
            run.log({"loss": 1.0})

        done = drain(STORE)

        assert (done.failed, done.waiting) == (True, 1)
        assert STORE in done.problems[0]
        assert len(list(journal_root(STORE).glob("*/*.seg"))) == 1

    def test_is_named_to_whoever_reads(self) -> None:
        with pytest.raises(StoreError, match=STORE):
            runlake.open_lake(STORE)

    def test_is_told_with_what_to_do(self) -> None:
        [finding] = store_findings(STORE)

        assert finding.code == "store.unreadable"
        assert "the credentials in the environment" in finding.advice
        assert KEY not in finding.message


class TestAMessage:
    @pytest.mark.parametrize(
        ("text", "clean"),
        [
            (f"cannot sign with {KEY}", "cannot sign with [redacted]"),
            ("GET https://a.blob/c?sv=1&sig=abc%2F&se=2", "GET https://a.blob/c?sv=1&sig=[redacted]&se=2"),
            (
                "GET /b?X-Amz-Signature=abc&X-Amz-Security-Token=x",
                "GET /b?X-Amz-Signature=[redacted]&X-Amz-Security-Token=[redacted]",
            ),
            ("no such table", "no such table"),
        ],
    )
    def test_loses_what_opens_a_bucket(self, monkeypatch: pytest.MonkeyPatch, text: str, clean: str) -> None:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)

        assert without_secrets(text) == clean

    def test_with_a_credential_has_no_cause_that_would_print_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", KEY)

        def fail(said: str) -> StoreError:
            with pytest.raises(StoreError) as raised, guarded("cannot read table runs", "az://c/s"):
                raise OSError(said)
            return raised.value

        assert fail(f"{KEY} is wrong").__cause__ is None
        assert KEY not in str(fail(f"{KEY} is wrong"))
        assert fail("the server is away").__cause__ is not None


class TestWithoutTheExtra:
    def test_logging_goes_on_and_reading_says_what_to_install(self) -> None:
        script = f"""
import sys
sys.modules["obstore"] = None
import runlake
with runlake.start_run("demo", store="{STORE}", capture=False) as run:
    run.log({{"loss": 1.0}})
from runlake.store.ingest import drain
print(drain("{STORE}").problems[0])
try:
    runlake.open_lake("{STORE}")
except runlake.RunlakeError as problem:
    print(type(problem).__name__, problem)
"""
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)

        said = "a store in a bucket needs an extra: pip install 'runlake[cloud]'"
        assert done.stdout == f"{said}\nMissingExtra {said}\n"
        assert done.returncode == 0

from __future__ import annotations

import pytest

from runlake.capture.redact import redact_value
from runlake.capture.redact_text import redact_code, redact_text
from runlake.capture.secret_environment import _values

KEY = "Qx7RtLm2PvK9sW4yZb8NcD1f"


@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "AZURE_STORAGE_ACCOUNT_KEY", "WANDB_API_KEY", "DB_PASSWORD"])
class TestTheValueOfASecretVariable:
    def test_goes_wherever_it_stands(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.setenv(name, KEY)

        assert redact_text(f"seen {KEY}, and again: {KEY}!") == (
            "seen [redacted:environment], and again: [redacted:environment]!"
        )
        assert redact_value("note", KEY) == "[redacted:environment]"
        assert KEY not in redact_code(f'open("{KEY}")\n')[0]

    def test_is_known_as_soon_as_it_is_set(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        assert redact_text(f"seen {KEY}") == f"seen {KEY}"

        monkeypatch.setenv(name, KEY)

        assert KEY not in redact_text(f"seen {KEY}")


class TestOtherValues:
    @pytest.fixture(autouse=True)
    def _forgotten(self) -> None:
        _values.cache_clear()

    def test_stay_where_they_could_be_words(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("API_TOKEN", "development")

        assert redact_text("the development set") == "the development set"

    def test_stay_where_their_variable_is_no_secret(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BUILD_ID", KEY)

        assert redact_text(f"build {KEY}") == f"build {KEY}"

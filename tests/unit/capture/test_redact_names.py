from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from runlake.capture.redact_names import check_key, experiment_path, own_id, redact_name, redact_path
from runlake.errors import InvalidType, InvalidValue
from unit.capture.corpus import FORMS, HARMLESS, SECRETS, Secret

LETTERS = "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zBc7e"
HEX = "3f786850e387550fdab836ed7e6dc881de23001b"
UUID = "0197f3c2-7b1a-7c3e-9b2f-3c4d5e6f7a8b"
ORDINARY = (
    "loss",
    "val/token_accuracy",
    "hf_token_count",
    "tokens_per_second",
    "eval/next_token_loss",
    "train/passwords_seen",
    "password_strength_auc",
    "auth/latency_ms_p99",
    "key_error_rate",
    "secretary/score",
    "api/requests_2026_01_31",
    "macro avg/f1-score",
    "class=3/recall",
    "lr=0.1,depth=10/loss",
    "layer.12.attn.k_proj.weight/grad_norm",
    "gpu/0/memory_allocated_bytes",
    "größe x=1",
    "数据/准确率",
    f"checkpoints/{HEX}/model.safetensors",
    f"wandb/run-20260131_120000-{HEX[:8]}/files/config.yaml",
    f"blobs/sha256/{HEX[:2]}/{HEX}{HEX[:24]}",
    f"runs/{UUID}/events.out.tfevents.1769860800.host.12345.0",
    f"mlruns/1/{UUID.replace('-', '')}/artifacts/model.pkl",
    "models/sk-learn-random-forest-2024.joblib",
    "tokenizer/bert-base-uncased-v2-extended/vocab.txt",
    "data/tokens/part-00000-of-00128.parquet",
    "plots/confusion_matrix_epoch_0012.png",
)


def token(tail: str) -> str:
    return f"hf_{LETTERS[:30]}{tail}"


class TestAName:
    @pytest.mark.parametrize("name", ORDINARY)
    def test_that_holds_no_secret_stays(self, name: str) -> None:
        assert (check_key(name, "log"), redact_path(name)) == (name, name)

    @pytest.mark.parametrize("name", [text for text in HARMLESS if text.strip()])
    def test_that_looks_like_a_secret_and_is_none_stays(self, name: str) -> None:
        assert redact_name(name) == name

    @pytest.mark.parametrize("secret", SECRETS, ids=lambda s: s.name)
    @pytest.mark.parametrize("before", ["", "val/", "model "])
    def test_loses_its_secret(self, before: str, secret: Secret) -> None:
        clean = redact_name(before + secret.text)

        assert secret.raw not in clean
        assert redact_name(clean) == clean

    def test_keeps_what_is_around_its_secret(self) -> None:
        assert redact_name(f"val/{token('00')}/loss") == "val/[redacted:hf_token]/loss"

    def test_too_long_to_be_scanned_goes_as_a_whole(self) -> None:
        names = {redact_name(c * (8 * 2**20 + 1)) for c in "ab"}

        assert names == {"[redacted:unscannable]", "[redacted:unscannable_2]"}


class TestTwoNames:
    def test_that_differ_in_their_secrets_stay_two(self) -> None:
        names = [f"two/{token(tail)}/f1" for tail in ("aa", "bb", "cc")]

        clean = [redact_name(name) for name in names]

        assert clean == [
            "two/[redacted:hf_token]/f1",
            "two/[redacted:hf_token_2]/f1",
            "two/[redacted:hf_token_3]/f1",
        ]
        assert [redact_name(name) for name in reversed(names)] == clean[::-1]
        assert [redact_name(name) for name in clean] == clean

    def test_in_threads_stay_two(self) -> None:
        names = [f"threads/{token(f'{n:04}')}" for n in range(200)]

        with ThreadPoolExecutor(8) as threads:
            clean = list(threads.map(redact_name, names * 2))

        assert clean[:200] == clean[200:]
        assert len(set(clean)) == 200


class TestAKey:
    def test_of_another_type_is_refused(self) -> None:
        with pytest.raises(InvalidType, match="tag: key: expected text, but got int"):
            check_key(7, "tag")

    def test_is_read_as_the_text_that_will_be_written(self) -> None:
        class Sly(str):
            __slots__ = ()

            def __str__(self) -> str:
                return f"sly/{token('sly')}"

        assert check_key(Sly("loss"), "log") == "sly/[redacted:hf_token]"


class TestAPath:
    def test_has_marks_that_a_file_system_takes(self) -> None:
        assert redact_path(f"models/{token('path')}.bin") == "models/[redacted-hf_token].bin"

    def test_of_an_experiment_is_in_one_form(self) -> None:
        assert experiment_path(f"/paths/{token('exp')}/ base /") == "paths/[redacted:hf_token]/base"


class TestAnId:
    @pytest.mark.parametrize("run_id", [UUID, HEX, "mine", "sk-learn-random-forest-2024", "2026-01-31_train_v3"])
    def test_that_somebody_gave_is_kept(self, run_id: str) -> None:
        assert own_id(run_id) == run_id

    @pytest.mark.parametrize("secret", [s for s in FORMS if s.raw == s.text], ids=lambda s: s.name)
    def test_that_holds_a_secret_is_refused_without_saying_it(self, secret: Secret) -> None:
        with pytest.raises(InvalidValue) as caught:
            own_id(secret.text)

        assert secret.raw not in str(caught.value)

from __future__ import annotations

import json

import pytest

from runlake.errors import InvalidType, InvalidValue
from runlake.query import splits
from runlake.query.splits import Family, Member, declared, lines_of, read_lines, recognised, rules_of, written

READ = [
    ("train/loss", "loss", "train"),
    ("training/loss", "loss", "train"),
    ("val/loss", "loss", "validation"),
    ("valid/loss", "loss", "validation"),
    ("validation/loss", "loss", "validation"),
    ("dev/f1", "f1", "validation"),
    ("eval.accuracy", "accuracy", "validation"),
    ("eval/loss", "loss", "validation"),
    ("test/loss", "loss", "test"),
    ("loss/test", "loss", "test"),
    ("loss/train", "loss", "train"),
    ("loss.val", "loss", "validation"),
    ("fold1/val/loss", "fold1/loss", "validation"),
    ("val/head/loss", "head/loss", "validation"),
    ("val_loss", "loss", "validation"),
    ("valid_loss", "loss", "validation"),
    ("validation_loss", "loss", "validation"),
    ("train_loss", "loss", "train"),
    ("loss_val", "loss", "validation"),
    ("test-f1", "f1", "test"),
    ("test f1", "f1", "test"),
    ("val_top_5_accuracy", "top_5_accuracy", "validation"),
    ("head/val_loss", "head/loss", "validation"),
    ("Train/Loss", "Loss", "train"),
    ("VAL_LOSS", "LOSS", "validation"),
    ("train_loss_epoch", "loss_epoch", "train"),
    ("train/batch_loss", "batch_loss", "train"),
    ("val/\u03a9 \u6f22\u5b57", "\u03a9 \u6f22\u5b57", "validation"),
    ("val_loss_weighted", "loss_weighted", "validation"),
]
NOT_READ = [
    "loss",
    "training_time",
    "training_loss_scale",
    "train_time",
    "train_runtime",
    "train/time_per_step",
    "eval/samples_per_second",
    "evaluation_seconds",
    "evaluation/loss",
    "best_val_epoch",
    "best_val_loss",
    "val_best_epoch",
    "val/epoch",
    "epoch_val",
    "val/epoch_loss",
    "val_check_interval",
    "test_size",
    "train_batch_size",
    "train/lr",
    "eval_every",
    "dev_mode",
    "test_id",
    "constraint/violation",
    "constrain_loss",
    "latest",
    "latest_loss",
    "contest/score",
    "value/loss",
    "interval",
    "validity_loss",
    "retrain/loss",
    "test",
    "val",
    "train/",
    "/val",
    "train/val/loss",
    "train_test_split",
    "train_val_gap",
    "val/train_loss",
    "val/best_train_loss",
    "validation_0-logloss",
    "loss_validated",
    "device/memory",
    "developer/count",
    "",
    "/",
    "_",
    "...",
]


class TestAName:
    @pytest.mark.parametrize(("key", "metric", "split"), READ)
    def test_says_metric_and_split(self, key: str, metric: str, split: str) -> None:
        assert recognised(key) == (metric, split)

    @pytest.mark.parametrize("key", NOT_READ)
    def test_says_nothing_where_something_else_may_be_meant(self, key: str) -> None:
        assert recognised(key) is None


class TestADeclaration:
    RULES = declared(written({"loss": ("loss", "train"), "holdout/*": ("*", "holdout"), "val_*_cost": None, "x*y": ("z/*", "test")}))  # fmt: skip

    @pytest.mark.parametrize(
        ("key", "named"),
        [
            ("loss", ("loss", "train")),
            ("holdout/f1", ("f1", "holdout")),
            ("holdout/", None),
            ("val_high_cost", None),
            ("xay", ("z/a", "test")),
            ("val_loss", ("loss", "validation")),  # nothing is declared, so the name counts
        ],
    )
    def test_wins_over_names(self, key: str, named: tuple[str, str] | None) -> None:
        assert self.RULES.of(key) == named

    def test_of_a_key_wins_over_a_pattern_whatever_the_order(self) -> None:
        rules = declared(written({"val*": None, "val/loss": ("loss", "dev")}))

        assert (rules.of("val/loss"), rules.of("val/f1")) == (("loss", "dev"), None)

    def test_comes_back_as_it_was(self) -> None:
        rules = {"loss": ("loss", "train"), "a*": ("*", "b"), "c": None}

        assert rules_of(written(rules)) == rules
        assert read_lines(lines_of(rules)) == rules

    def test_that_no_line_can_say_is_left_out_of_the_lines(self) -> None:
        assert lines_of({"a\nb": None, " c": None, "d": ("x=y", "z"), "e": ("x", "y")}) == ["e=x@y"]

    @pytest.mark.parametrize(
        "text", [None, "", "{", "[]", "7", "[" * 100_000, '{"a": 1, "b": ["x"], "c": [1, 2], "d": {"e": "f"}}']
    )
    def test_that_is_none_declares_nothing(self, text: str | None) -> None:
        assert declared(text).of("val/loss") == ("loss", "validation")

    def test_is_read_as_far_as_it_may_go(self) -> None:
        rules = declared(json.dumps({f"k{n}": ["m", "s"] for n in range(splits.MOST_DECLARED + 5)}))

        assert len(rules.exact) == splits.MOST_DECLARED

    @pytest.mark.parametrize(
        "rules", [{"": None}, {"a**": None}, {"a": ("", "x")}, {"a": ("b", " ")}, {"a": ("*", "x")}]
    )
    def test_that_says_nothing_is_refused(self, rules: dict[str, tuple[str, str] | None]) -> None:
        with pytest.raises(InvalidValue, match="split"):
            written(rules)

    def test_of_another_shape_is_refused(self) -> None:
        with pytest.raises(InvalidType, match="a metric and a split"):
            written({"a": ("b",)})

    @pytest.mark.parametrize("line", ["loss", "=a@b", "a=b", "a=@b", "a=b@"])
    def test_as_a_line_that_is_none_is_refused(self, line: str) -> None:
        with pytest.raises(InvalidValue, match="key=metric@split"):
            read_lines([line])


def test_a_family_has_its_keys_in_the_order_of_splits() -> None:
    keys = ["lr", "val_loss", "test/loss", "loss", "train/loss", "eval/loss"]

    assert splits.NOTHING_DECLARED.families(keys) == [
        Family("lr", (Member("lr", ""),)),
        Family(
            "loss",
            (
                Member("train/loss", "train"),
                Member("eval/loss", "validation"),
                Member("val_loss", "validation"),
                Member("test/loss", "test"),
                Member("loss", ""),
            ),
        ),
    ]

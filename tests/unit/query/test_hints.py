from __future__ import annotations

import pytest

from builders import a_lake, a_run
from runlake.errors import QueryError

LAKE = a_lake(
    a_run(
        "01a2-0001",
        params={"learning_rate": 0.1, "lr.max": 1},
        metrics={"val/accuracy": [0.5], "test/accuracy": [0.4], "loss": [1.0]},
        tags={"stage": ["dev"]},
    )
)


def said(where: str | None = None, order_by: str | None = None) -> str:
    with pytest.raises(QueryError) as raised:
        LAKE.runs(where=where, order_by=order_by)
    return raised.value.expected.partition("; ")[2]


class TestAWordThatIsNoField:
    @pytest.mark.parametrize(
        ("where", "meant"),
        [
            ("accuracy > 0.5", "metrics.test/accuracy or metrics.val/accuracy"),
            ("status = 'failed' AND loss < 1", "metrics.loss"),
            ("val.accuracy > 0.5", "metrics.val/accuracy"),
            ("val/accuracy > 0.5", "metrics.val/accuracy"),
            ("lr.max > 0.5", 'params."lr.max"'),
            ("acuracy > 0.5", "metrics.test/accuracy or metrics.val/accuracy"),
            ("stage = 'dev'", "tags.stage"),
            ("statu = 'failed'", "status"),
        ],
    )
    def test_brings_the_fields_that_it_may_mean(self, where: str, meant: str) -> None:
        assert said(where=where) == f"did you mean {meant}?"

    def test_does_so_in_an_order_and_in_a_count(self) -> None:
        assert said(order_by="loss desc") == "did you mean metrics.loss?"
        with pytest.raises(QueryError, match=r"did you mean metrics\.loss\?"):
            LAKE.count("loss > 1")

    @pytest.mark.parametrize("where", ["qqq = 1", "metrics.loss >> 1", "= 1"])
    def test_is_left_alone_where_nothing_comes_close(self, where: str) -> None:
        assert said(where=where) == ""

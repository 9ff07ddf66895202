"""What a filter finds, as tables of filters and the names of the runs that match."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from runlake.errors import InvalidValue
from runlake.query.compile import fields, predicate
from runlake.query.expression import FieldType
from runlake.query.language import parse

NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
DTYPES = {
    FieldType.NUMBER: pl.Float64(),
    FieldType.TEXT: pl.String(),
    FieldType.TIME: pl.Datetime("us", "UTC"),
    FieldType.FLAG: pl.Boolean(),
    FieldType.TEXTS: pl.List(pl.String()),
}
RUNS: dict[str, dict[str, Any]] = {
    "rf": {
        "status": "finished",
        "user": "Ana",
        "experiment": "fraud",
        "started_at": NOW - timedelta(days=10),
        "duration_s": 5400.0,
        "git_dirty": True,
        "deleted": False,
        "metrics.f1": 0.9,
        "metrics.f1:min": 0.1,
        "metrics.loss": 0.2,
        "params.model": "rf",
        "params.lr": "0.1",
        "params.lr:num": 0.1,
        "params.bootstrap": "true",
        "tags.team": ["risk", "core"],
        "tags.urgent": [],
        "tags.fold": ["3"],
        "datasets.cards:version": ["ab12"],
        "datasets:name": ["cards"],
    },
    "gbm": {
        "status": "failed",
        "user": "ben",
        "experiment": "fraud/tuning",
        "started_at": NOW - timedelta(hours=13),
        "duration_s": 60.0,
        "git_dirty": False,
        "deleted": False,
        "metrics.f1": math.nan,
        "metrics.f1:min": 0.3,
        "metrics.loss": math.inf,
        "params.model": "gbm_100%",
        "params.lr": "0.10",
        "params.lr:num": 0.1,
        "params.bootstrap": "False",
        "tags.team": ["core"],
        "tags.fold": ["10", "x"],
        "datasets.cards:version": [],
        "datasets:name": ["cards", "wine"],
    },
    "mlp": {
        "status": "running",
        "user": "Émile",
        "experiment": "frauds",
        "started_at": NOW - timedelta(hours=11),
        "deleted": True,
        "metrics.f1": 0.5,
        "metrics.loss": 0.5,
        "params.model": "line\nbreak",
        "params.lr": "auto",
        "tags.team": [],
    },
    "bare": {"deleted": False},
}


def matching(text: str) -> str:
    """Names of the runs that a filter matches, in the order of RUNS."""
    node = parse(text)
    rows = [{"name": name, **facts} for name, facts in RUNS.items()]
    columns = {f.column: pl.Series([row.get(f.column) for row in rows], dtype=DTYPES[f.type]) for f in fields(node)}
    matched = pl.DataFrame({"_name": list(RUNS)} | columns).lazy().filter(predicate(node, now=NOW)).collect()
    return " ".join(matched.get_column("_name"))


def table(text: str) -> list[tuple[str, str]]:
    """Read rows `| filter | names |`."""
    rows = [line.strip().strip("|").rsplit("|", 1) for line in text.splitlines() if line.strip()]
    return [(left.strip(), right.strip()) for left, right in rows]


NUMBERS = """
    | metrics.f1 > 0.5                     | rf          |
    | metrics.f1 >= 0.5                    | rf mlp      |
    | metrics.f1 < 1                       | rf mlp      |
    | metrics.f1 != 0.9                    | gbm mlp     |
    | NOT metrics.f1 = 0.9                 | gbm mlp     |
    | NOT metrics.f1 > 0.5                 | gbm mlp     |
    | metrics.f1 IS NAN                    | gbm         |
    | metrics.f1 IS NOT NAN                | rf mlp      |
    | metrics.f1 IS NULL                   | bare        |
    | metrics.f1 IS NOT NULL               | rf gbm mlp  |
    | metrics.f1 = nan                     |             |
    | metrics.f1 != nan                    | rf gbm mlp  |
    | metrics.f1 IN (0.5, 0.9, nan)        | rf mlp      |
    | metrics.f1 NOT IN (0.5)              | rf gbm      |
    | metrics.f1 BETWEEN 0.5 AND 0.9       | rf mlp      |
    | metrics.f1 NOT BETWEEN 0.5 AND 0.6   | rf gbm      |
    | metrics.f1.min < 0.2                 | rf          |
    | metrics.loss > 1e300                 | gbm         |
    | metrics.loss = inf                   | gbm         |
    | metrics.f1 > metrics.loss            | rf          |
    | metrics.f1 != metrics.loss           | rf gbm      |
    | metrics.f1 = metrics.loss            | mlp         |
    | metrics.nowhere != 1                 |             |
    | metrics.nowhere IS NULL              | rf gbm mlp bare |
    | duration > 1h                        | rf          |
    | duration <= 60                       | gbm         |
"""
TEXTS = """
    | user = 'Ana'                         | rf          |
    | user != 'Ana'                        | gbm mlp     |
    | user > 'ben'                         | mlp         |
    | user LIKE 'a%'                       |             |
    | user ILIKE 'a%'                      | rf          |
    | user ILIKE 'é____'                   | mlp         |
    | user NOT LIKE '%n%'                  | mlp         |
    | user RLIKE '^[A-Z]'                  | rf          |
    | user RLIKE 'n$'                      | gbm         |
    | user CONTAINS 'n'                    | rf gbm      |
    | user IN ('Ana', 'ben', 'x')          | rf gbm      |
    | status = 'FAILED'                    | gbm         |
    | status NOT IN ('failed')             | rf mlp      |
    | status = 'scheduled'                 |             |
    | experiment = 'fraud'                 | rf          |
    | experiment UNDER 'fraud'             | rf gbm      |
    | experiment NOT UNDER 'fraud'         | mlp         |
    | params.model LIKE 'gbm\\_100\\%'     | gbm         |
    | params.model LIKE 'line_break'       | mlp         |
    | params.model CONTAINS '100%'         | gbm         |
    | params.model CONTAINS '.'            |             |
"""
PARAMS = """
    | params.lr = 0.1                      | rf gbm      |
    | params.lr = '0.1'                    | rf          |
    | params.lr != 0.2                     | rf gbm      |
    | params.lr != '0.2'                   | rf gbm mlp  |
    | params.lr > 0                        | rf gbm      |
    | params.lr IN (0.1)                   | rf gbm      |
    | params.lr IS NOT NULL                | rf gbm mlp  |
    | params.lr < metrics.f1               | rf          |
    | params.bootstrap = true              | rf          |
    | params.bootstrap != true             | gbm         |
    | params.model = true                  |             |
"""
TAGS = """
    | tags.team = 'core'                   | rf gbm      |
    | tags.team = 'risk'                   | rf          |
    | tags.team != 'risk'                  | gbm mlp     |
    | NOT tags.team = 'risk'               | gbm mlp     |
    | tags.team IN ('risk', 'x')           | rf          |
    | tags.team NOT IN ('risk', 'x')       | gbm mlp     |
    | tags.team LIKE 'r%'                  | rf          |
    | tags.team IS NULL                    | bare        |
    | tags.urgent IS NOT NULL              | rf          |
    | tags.urgent = 'x'                    |             |
    | tags.urgent != 'x'                   | rf          |
    | tags.fold = 3                        | rf          |
    | tags.fold >= 3                       | rf gbm      |
    | tags.fold BETWEEN 4 AND 20           | gbm         |
    | datasets.cards IS NOT NULL           | rf gbm      |
    | datasets.cards.version = 'ab12'      | rf          |
    | dataset.name = 'wine'                | gbm         |
"""
TIMES = """
    | started_at > -7d                     | gbm mlp     |
    | started_at < -1w                     | rf          |
    | started_at >= today                  | mlp         |
    | started_at < now                     | rf gbm mlp  |
    | started_at > '2026-02-03T00:30+02:00' | gbm mlp    |
    | started_at BETWEEN '2026-02-02' AND 2026-02-03 | gbm |
    | started_at = 1770080400000           | mlp         |
    | started_at IS NULL                   | bare        |
"""
LOGIC = """
    | deleted                              | mlp         |
    | NOT deleted                          | rf gbm bare |
    | git_dirty                            | rf          |
    | NOT git_dirty                        | gbm         |
    | git_dirty = false                    | gbm         |
    | git_dirty IS NULL                    | mlp bare    |
    | git_dirty OR deleted                 | rf mlp      |
    | NOT (git_dirty AND deleted)          | rf gbm bare |
    | metrics.f1 > 0.8 AND params.model = 'rf' | rf      |
    | user = 'ben' OR user = 'Ana' AND metrics.f1 < 0 | gbm |
    | (user = 'ben' OR user = 'Ana') AND metrics.f1 < 0 |  |
    | NOT (metrics.f1 > 0.8 OR user = 'ben') | mlp        |
"""


class TestAFilter:
    @pytest.mark.parametrize(("text", "names"), table(NUMBERS + TEXTS + PARAMS + TAGS + TIMES + LOGIC))
    def test_finds(self, text: str, names: str) -> None:
        assert matching(text) == names

    def test_is_never_unknown_for_a_run(self) -> None:
        frame = pl.DataFrame({"metrics.x": [1.0, None, math.nan]})

        assert frame.select(predicate(parse("not metrics.x > 2"), now=NOW)).to_series().to_list() == [True, False, True]

    def test_takes_counts_as_numbers(self) -> None:
        frame = pl.DataFrame({"metrics.x:count": pl.Series([1, 100, None], dtype=pl.UInt32)})

        assert frame.filter(predicate(parse("metrics.x.count > 1.5"), now=NOW)).height == 1

    def test_takes_no_time_without_a_zone(self) -> None:
        with pytest.raises(InvalidValue, match="a time with a zone"):
            predicate(parse("deleted"), now=NOW.replace(tzinfo=None))

    def test_never_takes_a_key_as_a_pattern_of_columns(self) -> None:
        frame = pl.DataFrame({"metrics.^.*$": [1.0], "metrics.a": [2.0]})

        assert frame.filter(predicate(parse('metrics."^.*$" = 1'), now=NOW)).height == 1

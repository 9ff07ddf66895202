"""`runlake compare`: what differs between runs, side by side."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlake.cli.formats import Result, aligned, write
from runlake.cli.formats.table import GAP
from runlake.cli.formats.text import Whole, counted, cut, duration, width
from runlake.cli.options import add_as_of, add_format, add_store
from runlake.cli.reading import say_pending, snapshot
from runlake.errors import InvalidValue
from runlake.formats import plain
from runlake.formats.document import value as json_value
from runlake.ids import short_id

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    import polars as pl

    from runlake.query import Lake

NAME = "compare"
HELP = "what differs between runs, side by side"
_KEY_WIDTH, _VALUE_WIDTH = 40, 16  # a key is known by its end as much as by its beginning, so it is not cut further
ATTRIBUTES = (
    "experiment",
    "name",
    "status",
    "user",
    "host",
    "duration_s",
    "parent_run_id",
    "hypothesis",
    "expected_outcome",
    "conclusion",
    "entry_point",
    "command",
    "git_commit",
    "git_branch",
    "git_dirty",
    "python_version",
    "platform",
    "cpu",
    "gpu",
    "seeds",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of every compared run.

    Attributes:
        kind: run, params, metrics, summary, tags or datasets.
        key: name of the fact.
        values: one per run in their order; None where a run has none.
    """

    kind: str
    key: str
    values: tuple[object, ...]

    @property
    def differs(self) -> bool:
        """Whether two runs have different values; NaN equals NaN."""
        return len({json.dumps(json_value(v), sort_keys=True) for v in self.values}) > 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "runs", metavar="RUN", nargs="+", help="two or more: id, unique end of an id, or experiment:name"
    )
    parser.add_argument("--all", action="store_true", help="also what is the same in all runs")
    add_as_of(parser)
    add_format(parser)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """Compare the runs; differences are no failure."""
    from runlake.query import open_lake

    lake = open_lake(args.store, as_of=args.as_of)
    run_ids = list(dict.fromkeys(lake.find(text) for text in args.runs))
    if len(run_ids) < 2:
        raise InvalidValue("compare", f"{len(run_ids)} run", "at least two different runs")
    every = lines(lake, run_ids)
    shown = [line for line in every if args.all or line.differs]
    result = Result(
        "runlake.compare/1",
        frame=_frame(shown, run_ids),
        data=[_json(line, run_ids) for line in shown],
        snapshot=snapshot(lake),
        text=lambda columns: _text(shown, every, run_ids, columns),
    )
    write(result, args.format, args.output)
    say_pending(lake)
    return 0


def lines(lake: Lake, run_ids: Sequence[str]) -> list[Line]:
    """Lay the facts of the runs side by side, in the order of kinds and keys."""
    import polars as pl

    escaped = (run_id.replace("'", "''") for run_id in run_ids)
    quoted = ", ".join(f"'{run_id}'" for run_id in escaped)
    groups = ["params.*", "metrics.*", "summary.*", "tags.*"]
    frame = lake.runs(where=f"run_id IN ({quoted})", columns=["run_id", *ATTRIBUTES, *groups], deleted=True)
    order = pl.DataFrame({"run_id": list(run_ids)})
    frame = order.join(frame, on="run_id", how="left", maintain_order="left").drop("run_id")
    found = [_line(series) for series in frame.iter_columns()]
    return found + _datasets(lake, run_ids)


def _line(series: pl.Series) -> Line:
    kind, dot, key = series.name.partition(".")
    return Line(kind if dot else "run", key if dot else series.name, tuple(series.to_list()))


def _datasets(lake: Lake, run_ids: Sequence[str]) -> list[Line]:
    versions: dict[str, dict[str, list[str]]] = {}
    for row in lake.datasets(run_ids=run_ids).to_dicts():
        role = f" ({row['role']})" if row["role"] else ""
        versions.setdefault(row["name"], {}).setdefault(row["run_id"], []).append(
            f"{row['version'] or 'no version'}{role}"
        )
    return [
        Line("datasets", name, tuple(", ".join(of[i]) if i in of else None for i in run_ids))
        for name, of in sorted(versions.items())
    ]


def _json(line: Line, run_ids: Sequence[str]) -> dict[str, object]:
    values = dict(zip(run_ids, line.values, strict=True))
    return {"kind": line.kind, "key": line.key, "differs": line.differs, "values": values}


def _frame(shown: Sequence[Line], run_ids: Sequence[str]) -> pl.DataFrame:
    import polars as pl

    columns: dict[str, list[str | None]] = {"kind": [line.kind for line in shown], "key": [line.key for line in shown]}
    for i, run_id in enumerate(run_ids):
        columns[run_id] = [_canonical(line.values[i]) for line in shown]
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _canonical(value: object) -> str | None:
    found = json_value(value)
    return found if found is None or isinstance(found, str) else json.dumps(found)


def _text(shown: Sequence[Line], every: Sequence[Line], run_ids: Sequence[str], columns: int | None) -> str:
    names = next((line.values for line in every if line.kind == "run" and line.key == "name"), ())
    heads = ["", *(_head(name, run_id) for name, run_id in zip(names, run_ids, strict=True))]
    rows = [[Whole(cut(plain(_key(line)), _KEY_WIDTH)), *(_cell(line, v) for v in line.values)] for line in shown]
    same = sum(1 for line in every if not line.differs and any(v is not None for v in line.values))
    told = _blocks(heads, rows, columns) if rows else "no difference"
    return (
        told
        if len(shown) == len(every)
        else f"{told}\n(the same in all runs: {counted(same, 'fact')}; --all shows them)"
    )


def _blocks(heads: Sequence[str], rows: Sequence[Sequence[object]], columns: int | None) -> str:
    """Lay the runs out in blocks below each other where the terminal is too narrow for all of them at once."""
    runs = len(heads) - 1
    key_width = max(width(str(row[0])) for row in rows)
    fitting = runs if columns is None else max(1, (columns - key_width) // (_VALUE_WIDTH + len(GAP)))
    starts = range(1, len(heads), fitting)
    return "\n\n".join(
        aligned(
            [heads[0], *heads[at : at + fitting]],
            [[row[0], *row[at : at + fitting]] for row in rows],
            columns=columns,
        )
        for at in starts
    )


def _head(name: object, run_id: str) -> str:
    # The id first: it is what the head of a narrow column still shows whole.
    return f"{short_id(run_id)} {cut(plain(str(name)), 24)}" if name else short_id(run_id)


def _key(line: Line) -> str:
    return line.key.removesuffix("_s").replace("_", " ") if line.kind == "run" else f"{line.kind}.{line.key}"


def _cell(line: Line, value: object) -> object:
    if value is None:
        return "-"
    if line.kind == "run" and line.key == "duration_s" and isinstance(value, float):
        return duration(value)
    return value

"""What all evaluations share: one table of the examples, out of which every measure and picture can be made later.

Its columns are `label`, `predicted`, `score/<class>`, `id` and `example/<name>`, as far as they were given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlake.errors import InvalidValue
from runlake.media.base import Media, array_of, caption_of, library_of
from runlake.media.columns import column_of, columns_of, lay_out
from runlake.schema.columnar import FORM, FORM_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlake.capture.frames import Column

NUMBERS = frozenset({"int", "uint", "float"})


def evaluation(
    task: str,
    columns: Sequence[Column],
    rows: int,
    facts: Mapping[str, Any],
    *,
    ids: Any = None,
    examples: Any = None,
    caption: str | None = None,
) -> Media:
    """Put an evaluation together.

    Args:
        task: classification, counts or regression.
        columns: what the task needs.
        rows: number of examples, n.
        facts: of the task.
        ids: names of the examples, shape (n,), by which runs are compared on the same ones; each once.
        examples: further columns of n rows: a frame or a mapping.
        caption: shown above it.

    Raises:
        InvalidType, InvalidValue: ids or examples differ in length, or an id comes twice.
    """
    found = list(columns)
    if ids is not None:
        names = [str(name) for name in listed(ids)]
        if len(names) != rows or len(set(names)) != rows:
            raise InvalidValue(f"{task}: ids", f"{len(set(names))} different ones", f"{rows}, one for each example")
        found.append(column_of("id", names, f"{task}: ids"))
    if examples is not None:
        more, count = columns_of(examples, f"{task}: examples")
        if count != rows:
            raise InvalidValue(f"{task}: examples", f"{count} rows", f"{rows}, one for each example")
        found += [column._replace(name=f"example/{column.name}") for column in more]
    what = {"task": task, "n": rows, "caption": caption_of(caption, task), **facts, FORM_KEY: FORM}
    return Media("evaluation", ".parquet", lay_out(found, rows), what)


def listed(values: Any) -> list[Any]:
    """Return the values of a list, array, tensor or series."""
    library = library_of(values, "polars", "pandas", "pyarrow")
    if library is not None:
        return list(
            values.tolist() if library == "pandas" else values.to_list() if library == "polars" else values.to_pylist()
        )
    array = array_of(values)
    return list(values) if array is None else list(array.ravel().tolist())

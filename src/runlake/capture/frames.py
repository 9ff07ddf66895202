"""Digest of a frame or array over one documented form, equal for equal content in each library."""

from __future__ import annotations

import hashlib
import json
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from runlake.capture.datasets import DataIdentity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK_ROWS: Final = 2**20
FORM: Final = """
The SHA-256 of: the tag "runlake-frame-v1" and a zero byte; a header in JSON without blanks,
{"columns":[[name,kind],...],"rows":n}, UTF-8, and a zero byte; then each column in order, in blocks of
1,048,576 rows: one byte per row, 1 for a value and 0 for null, then the values by kind, little endian,
zero or empty where null:
  int, uint, date, time[unit], datetime[unit], datetime[unit, zone], duration[unit]: 8 bytes
  float: 8 bytes (all widths are widened; every NaN is the same one)
  bool: 1 byte
  text, decimal, bytes: 8 bytes of length each, then all bytes (UTF-8) one after the other
  json: nested and mixed values as JSON text, as text
  null: nothing
A pandas index that is not 0, 1, 2 ... comes first as columns named "index:<name>". An array is the tag
"runlake-array-v1" and a zero byte, {"dtype":...,"shape":[...]} and a zero byte, then its elements in C order.
"""


class Column(NamedTuple):
    """One column: its values come in blocks of `BLOCK_ROWS`, as (bytes of validity, bytes of values)."""

    name: str
    kind: str
    blocks: Callable[[], Iterator[tuple[bytes, bytes]]]


def of_frame(source: Any, library: str) -> DataIdentity:
    """Identify a Polars, pandas or PyArrow frame or column, or a NumPy array.

    Raises:
        TypeError: an object of that library that holds no data, such as a lazy frame.
    """
    if library == "numpy":
        return _of_array(source)
    reader = import_module(f"runlake.capture.frames_{library}")
    columns: list[Column] = reader.columns_of(source)
    rows = len(source)
    header = {"columns": [[column.name, column.kind] for column in columns], "rows": rows}
    digest = hashlib.sha256(b"runlake-frame-v1\0" + _json(header) + b"\0")
    for column in columns:
        for validity, values in column.blocks():
            digest.update(validity)
            digest.update(values)
    facts = {
        "library": library,
        "rows": rows,
        "columns": len(columns),
        "schema_sha256": hashlib.sha256(_json(header["columns"])).hexdigest(),
    }
    return DataIdentity("frame", f"sha256:{digest.hexdigest()}", digest.hexdigest(), facts)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def _of_array(array: Any) -> DataIdentity:
    shape = [int(n) for n in array.shape]
    plain = array if array.ndim else array.reshape(1)
    dtype = array.dtype.newbyteorder("<")
    header = {"dtype": "json" if array.dtype.hasobject else dtype.str, "shape": shape}
    digest = hashlib.sha256(b"runlake-array-v1\0" + _json(header) + b"\0")
    step = max(1, BLOCK_ROWS // max(1, plain[:1].size))
    for start in range(0, len(plain), step):
        block = plain[start : start + step]
        values = text_block([as_json(v) for v in block.ravel().tolist()])[1] if array.dtype.hasobject else None
        digest.update(block.astype(dtype, order="C").tobytes() if values is None else values)
    facts = {"library": "numpy", "dtype": str(array.dtype), "shape": shape, "rows": shape[0] if shape else 1}
    facts["columns"] = shape[1] if len(shape) == 2 else 1
    facts["schema_sha256"] = hashlib.sha256(_json([header["dtype"], shape[1:]])).hexdigest()
    return DataIdentity("array", f"sha256:{digest.hexdigest()}", digest.hexdigest(), facts)


def slices(rows: int) -> Iterator[tuple[int, int]]:
    """Yield offset and length of each block."""
    for start in range(0, rows, BLOCK_ROWS):
        yield start, min(BLOCK_ROWS, rows - start)


def numbers(values: list[Any], code: str) -> bytes:
    """Pack Python numbers; `code` is q, Q, d or B as in `array`."""
    from array import array

    packed = array(code, values)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def text_block(values: list[str | None]) -> tuple[bytes, bytes]:
    """Lay out text: validity, then lengths and all bytes."""
    return bytes_block([None if v is None else v.encode("utf-8", "surrogatepass") for v in values])


def bytes_block(values: list[bytes | None]) -> tuple[bytes, bytes]:
    """Lay out bytes: validity, then lengths and all bytes."""
    validity = bytes(v is not None for v in values)
    lengths = numbers([0 if v is None else len(v) for v in values], "q")
    return validity, lengths + b"".join(v for v in values if v is not None)


def as_json(value: Any) -> str | None:
    """Return a nested or mixed value as JSON text; what JSON does not know as its type and text."""
    if value is None:
        return None
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_described)


def _described(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    return [type(value).__name__, value.hex() if isinstance(value, bytes) else str(value)]

"""The form in which a table waits in the spool: columns as plain bytes, which need no library to write.

`MAGIC`; 8 bytes, little endian: the length of the header; the header as JSON, UTF-8:
`{"rows": n, "block_rows": b, "columns": [[name, kind], ...]}`; then the columns, one after the other, each in
blocks of `b` rows. A block is its validity and its values, each preceded by its length in 8 bytes. Kinds and
layout of a block are those of `capture.frames.FORM`. The ingester makes Parquet of it.
"""

from __future__ import annotations

from typing import Final

MAGIC: Final = b"runlake-columns-v1\0"
# The fact, in the metadata of an artifact, that its bytes are in this form.
FORM_KEY: Final = "form"
FORM: Final = "columns"

"""How values leave Runlake as text: one JSON document, CSV that runs nothing, tables for documents, names that cannot reorder what is read."""

from runlake.formats.commas import comma_separated
from runlake.formats.document import document
from runlake.formats.plain import ESCAPES, in_order, plain, plain_lines
from runlake.formats.tables import latex_table, markdown_table

__all__ = [
    "ESCAPES",
    "comma_separated",
    "document",
    "in_order",
    "latex_table",
    "markdown_table",
    "plain",
    "plain_lines",
]

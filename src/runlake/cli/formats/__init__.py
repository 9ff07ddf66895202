"""How results leave the command line: a table for people, JSON, CSV and Parquet for programs."""

from runlake.cli.formats.output import Format, Result, write
from runlake.cli.formats.table import aligned
from runlake.formats import plain

__all__ = ["Format", "Result", "aligned", "plain", "write"]

"""Options that several commands share."""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING

from runlake.cli.formats import Format

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlake.actions import Actor

ALL_FORMATS = tuple(Format)
TEXT_AND_JSON = (Format.TABLE, Format.JSON)


def add_store(parser: argparse.ArgumentParser) -> None:
    """Add `--store`, which every command takes."""
    parser.add_argument(
        "--store",
        metavar="STORE",
        help="the store's folder, or s3://, az:// or gs:// and its place in a bucket (default: $RUNLAKE_STORE, else ./runlake_store)",
    )


def add_format(parser: argparse.ArgumentParser, formats: Iterable[Format] = ALL_FORMATS) -> None:
    """Add `--format` and `-o`."""
    parser.add_argument(
        "--format",
        type=partial(_format, allowed=tuple(formats)),
        default=Format.TABLE,
        metavar="{" + ",".join(formats) + "}",  # no choices: argparse would name the class, not the word
        help="how to print the result (default: table)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write the result to FILE")


def add_as_of(parser: argparse.ArgumentParser) -> None:
    """Add `--as-of`."""
    parser.add_argument(
        "--as-of", metavar="TIME", help="show what the tables held then: ISO 8601 (UTC where no zone is given), or -7d"
    )


def add_limit(parser: argparse.ArgumentParser) -> None:
    """Add `--limit`."""
    parser.add_argument("--limit", type=_count, metavar="N", help="at most N rows")


def add_reason(parser: argparse.ArgumentParser) -> None:
    """Add what every changing command takes."""
    parser.add_argument("--reason", metavar="TEXT", help="why; kept with the event")
    add_format(parser, TEXT_AND_JSON)


def actor() -> Actor:
    """Return who is at the command line."""
    from runlake.actions import local_actor

    return local_actor("cli")


def _format(text: str, *, allowed: tuple[Format, ...]) -> Format:
    if text not in allowed:
        *most, last = allowed
        raise argparse.ArgumentTypeError(f"expected {', '.join(most)} or {last}, but got {text!r}")
    return Format(text)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number of 0 or more, but got {text!r}")
    return int(text)

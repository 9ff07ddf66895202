"""`runlake demo`: the dashboard on a private copy of the sample data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlake.cli.dashboard import add_address
from runlake.cli.options import add_store

if TYPE_CHECKING:
    import argparse

NAME = "demo"
HELP = "the dashboard on sample data"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_address(parser)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until stopped; a store that is named is shown instead of the sample."""
    from runlake.cli import ui

    host = args.host or ui.HOST
    if args.store is not None:
        return ui.serve(args.store, host=host, port=args.port, browser=not args.no_browser)
    return ui.demo(host=host, port=args.port, browser=not args.no_browser)

"""`runlake ui`: the dashboard on a store."""

from __future__ import annotations

import argparse

from runlake.cli.options import add_store

NAME = "ui"
HELP = "the dashboard on a store"


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_address(parser)
    add_store(parser)


def run(args: argparse.Namespace) -> int:
    """Serve until stopped."""
    from runlake.cli.ui import HOST, serve

    return serve(args.store, host=args.host or HOST, port=args.port, browser=not args.no_browser)


def add_address(parser: argparse.ArgumentParser) -> None:
    """Add what `ui` and `demo` share."""
    parser.add_argument("--host", metavar="H", help="address to listen on (default: 127.0.0.1, this machine alone)")
    parser.add_argument(
        "--port", type=_port, metavar="P", help="port (default: $PORT, else the first free one from 8501)"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser (also: NO_BROWSER=1)")


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, but got {text!r}")
    return int(text)

"""`python -m runlake` is the `runlake` command."""

from runlake.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())

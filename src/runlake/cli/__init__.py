"""The command line: one file per command, found in `runlake.cli.main`."""

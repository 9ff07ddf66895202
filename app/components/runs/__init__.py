"""Pieces of the Runs page: which runs, in which columns, filtered, grouped and chosen."""

"""Pieces of the page of one run."""

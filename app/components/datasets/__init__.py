"""Pieces of the pages of data sets."""

"""Pieces of the Explore page: axes, brushes, objective."""

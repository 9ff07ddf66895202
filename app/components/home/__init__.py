"""Pieces of the Home page: the tree of experiments, what needs somebody, pins."""

"""Pieces of pages: each draws one thing and owns its session keys."""

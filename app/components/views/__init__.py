"""Saved views: saved, listed, opened, and what they name that is gone."""

"""Measurements of what the documentation promises, beside the peers; `make bench` runs them all."""

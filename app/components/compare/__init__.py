"""Pieces of the Compare page: the chosen runs with their colours, and a section for each thing compared."""

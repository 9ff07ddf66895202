"""Frames and arrays in, frozen results out: no input or output, no pictures."""

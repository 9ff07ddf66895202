"""Results in, Plotly figures out: nothing here fetches or computes."""

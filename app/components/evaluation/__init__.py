"""Pictures and measures of evaluations, on the Evaluate page and on that of a run."""

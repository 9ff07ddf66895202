"""What the pages read of the store, each cached and keyed by the snapshot, so that nothing is ever stale."""

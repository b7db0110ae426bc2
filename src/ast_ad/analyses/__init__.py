"""Facts about IR: cached functions of immutable functions, so that they can never be stale."""

"""From Python to IR: the source of a function, what of it is accepted, and its lowering."""

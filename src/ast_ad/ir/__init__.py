"""The program as data: structured SSA, immutable, and what can be asked of it."""

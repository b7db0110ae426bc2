"""The derivative of every function, one line each.  See README.md for the words."""

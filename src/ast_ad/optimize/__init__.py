"""Passes that make a program smaller or faster and change no value of the primal."""

"""Derivatives: forward, reverse, and where the reverse sweep finds what it needs."""

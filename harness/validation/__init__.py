"""Checking many packages: where they come from, on how many processors, and how the outcome is told."""

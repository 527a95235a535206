"""Checking many packages: their sources, the worker processes, and the output of the results."""

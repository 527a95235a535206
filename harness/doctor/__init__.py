"""Preflight: checks before a run. Until they pass, no trouble counts as a conformance failure."""

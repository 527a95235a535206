"""Preflight: what is looked at before a run. Nothing is a conformance failure until it is green."""

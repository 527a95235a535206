"""Lint of what is shipped: requirements, scenarios, expectations, finding codes, vectors, profiles."""

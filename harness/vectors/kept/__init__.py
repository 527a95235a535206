"""Good and bad exports and archival packages, each different from a good one in one thing.

`export` writes them; the tests prove that every bad one is found for its own requirement only.
"""

"""Good and bad exports and archival packages, each told apart from a good one by one thing.

`export` writes them; the tests prove that every bad one is found for its own requirement only.
"""

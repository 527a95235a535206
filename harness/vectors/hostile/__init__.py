"""Hostile material for candidates: every piece has a name, a reason in data, and bounds on what it can cost.

What is written here stays small; what it asks a careless reader to do is bounded too: at most a gigabyte expanded,
requests to the harness's own canary, and files in the harness's own trap. The harness's own reader takes in none.
"""

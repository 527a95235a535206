"""Hostile input for candidates: every package has a name, a reason in data, and limits on what it can cost.

What is written here is small; what it makes a careless reader do is limited too: at most a gigabyte expanded,
requests to the harness's own canary, and files in the harness's own trap. The harness's own reader accepts none of it.
"""

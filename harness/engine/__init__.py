"""The engine: plans a run, lets scenarios play side by side, waits by event, and keeps the record."""

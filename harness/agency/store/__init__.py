"""Everything an agency system must not lose: one SQLite file and a folder of files named by their digest."""

from harness.agency.store.opening import Store

__all__ = ["Store"]

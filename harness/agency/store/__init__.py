"""Everything an agency system must not lose: one SQLite file and a folder of files named by their digest."""

from harness.agency.store.database import AgencyStore

__all__ = ["AgencyStore"]

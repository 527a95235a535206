"""What every part of an agency system has: the system it belongs to, its settings and its store."""

import logging
from typing import TYPE_CHECKING

from harness.agency.settings import AgencySettings
from harness.agency.store import AgencyStore

if TYPE_CHECKING:
    from harness.agency.system import AgencySystem


class Component:
    """A part of one agency system, made anew at every start: what it holds in memory is lost at a stop.

    A defect or a variant of the agency overrides a method of one part.
    """

    def __init__(self, agency: "AgencySystem") -> None:
        self.agency = agency
        self.log = logging.getLogger(f"lienthong.agency.{type(self).__name__.lower()}")

    @property
    def settings(self) -> AgencySettings:
        """The settings that hold now."""
        return self.agency.settings

    @property
    def store(self) -> AgencyStore:
        """The open store."""
        return self.agency.store

"""The reference agency: a correct agency system, as a candidate that can be certified and taken as an example."""

from harness.agency.settings import AgencySettings, Timing
from harness.agency.system import AgencySystem, Parts

__all__ = ["AgencySettings", "AgencySystem", "Parts", "Timing"]

"""The reference agency: a correct agency system, as a candidate that can be certified and taken as an example."""

from harness.agency.components import Components
from harness.agency.settings import AgencySettings, AgencyTiming
from harness.agency.system import AgencySystem

__all__ = ["AgencySettings", "AgencySystem", "AgencyTiming", "Components"]

"""What every component of an agency system has: the core, and so the settings and the store."""

import logging

from harness.agency.core import Core
from harness.agency.settings import AgencySettings
from harness.agency.store import AgencyStore


class Component:
    """One component of an agency system, made anew at every start: what it holds in memory is lost at a stop.

    Its constructor takes the core and the other components that it uses. Each parameter is called like the field of
    `Components` that names the class of that component, and only components made before it can be asked for; the
    fields are in the order in which components are made.

    A defect or a variant of the agency derives from one component and overrides a method. If it needs a component that
    its base class does not use, it has a constructor of its own that takes this one too:

        class CopiesForAProvince(Sender):
            def __init__(
                self, core: Core, connection: HubConnection, retries: RetryPolicy, acceptance: Acceptance
            ) -> None:
                super().__init__(core, connection, retries)
                self.acceptance = acceptance
    """

    def __init__(self, core: Core) -> None:
        self.core = core
        self.log = logging.getLogger(f"lienthong.agency.{type(self).__name__.lower()}")

    @property
    def settings(self) -> AgencySettings:
        """The settings of the system."""
        return self.core.settings

    @property
    def store(self) -> AgencyStore:
        """The open store."""
        return self.core.store

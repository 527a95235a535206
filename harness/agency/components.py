"""The components that an agency system is made of, and how they are put together."""

import inspect
from dataclasses import dataclass, fields, replace
from typing import Any

from harness.agency.acceptance import Acceptance
from harness.agency.agency_directory import AgencyDirectory
from harness.agency.component import Component
from harness.agency.composer import Composer
from harness.agency.core import Core
from harness.agency.driver_api import DriverApi
from harness.agency.fetcher import Fetcher
from harness.agency.handling import Handling
from harness.agency.hub_connection import HubConnection
from harness.agency.incoming_operations import IncomingOperations
from harness.agency.poller import Poller
from harness.agency.receiver import DocumentReceiver
from harness.agency.registers.exports import Exports
from harness.agency.registers.records_export import RecordsExport
from harness.agency.registers.registers import Registers
from harness.agency.registers.submission import SubmissionPackage
from harness.agency.retries import RetryPolicy
from harness.agency.sender import Sender
from harness.agency.sending_service import SendingService
from harness.agency.status_receiver import StatusReceiver
from harness.agency.statuses import BusinessStatuses


@dataclass(frozen=True, slots=True)
class AssembledComponents:
    """What a running system itself calls: it opens, starts and closes these, and the driver's commands go to one."""

    connection: HubConnection
    sender: Sender
    fetcher: Fetcher
    poller: Poller
    driver: DriverApi


@dataclass(frozen=True, slots=True)
class Components:
    """The classes of the components, in the order in which they are made.

    A defect or variant puts a class of its own in the place of one.
    """

    retries: type[RetryPolicy] = RetryPolicy
    connection: type[HubConnection] = HubConnection
    agency_directory: type[AgencyDirectory] = AgencyDirectory
    composer: type[Composer] = Composer
    acceptance: type[Acceptance] = Acceptance
    sender: type[Sender] = Sender
    statuses: type[BusinessStatuses] = BusinessStatuses
    operations: type[IncomingOperations] = IncomingOperations
    handling: type[Handling] = Handling
    status_receiver: type[StatusReceiver] = StatusReceiver
    sending_service: type[SendingService] = SendingService
    receiver: type[DocumentReceiver] = DocumentReceiver
    fetcher: type[Fetcher] = Fetcher
    poller: type[Poller] = Poller
    registers: type[Registers] = Registers
    records_export: type[RecordsExport] = RecordsExport
    submission: type[SubmissionPackage] = SubmissionPackage
    exports: type[Exports] = Exports
    driver: type[DriverApi] = DriverApi

    def with_component(self, component: type[Component]) -> "Components":
        """Return these components with `component` in the place of the one that it derives from.

        Raises:
            TypeError: it derives from none.
        """
        for field in fields(self):
            if issubclass(component, getattr(Components(), field.name)):
                chosen: dict[str, Any] = {field.name: component}
                return replace(self, **chosen)
        raise TypeError(f"{component.__name__} is no component of an agency system")

    def changed(self) -> tuple[type[Component], ...]:
        """Return the classes that are not those of the reference agency."""
        own = ((getattr(self, field.name), getattr(Components(), field.name)) for field in fields(self))
        return tuple(component for component, reference in own if component is not reference)

    def assembled(self, core: Core) -> AssembledComponents:
        """Make the components, and give each the ones that its constructor names.

        Raises:
            KeyError: a constructor names what is not made before it.
        """
        made: dict[str, Any] = {"core": core}
        for field in fields(self):
            component = getattr(self, field.name)
            wanted = inspect.signature(component).parameters
            made[field.name] = component(**{name: made[name] for name in wanted})
        return AssembledComponents(**{field.name: made[field.name] for field in fields(AssembledComponents)})

"""Whether the candidate speaks TLS to a hub whose certificate it must trust, before a scenario depends on it."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import anyio

from harness.crypto.testpki.pki import Pki
from harness.crypto.testpki.tls_server import server_context
from harness.doctor.checks import PreflightCheck, Trouble
from harness.doctor.driver import reach_trouble
from harness.drivers.protocol import Driver, DriverError, DriverLost
from harness.hub.addresses import outward
from harness.hub.canary import Canary
from harness.journal import Event, Journal
from harness.journal.events import CanaryGreeted, CanaryVisited
from harness.journal.recorder import VIETNAM

_CONFIGURE_LIMIT = 20.0
_NAME = "doctor"


class Callers:
    """Listens to a journal for TLS handshakes with the listener, and for requests that follow."""

    def __init__(self) -> None:
        self.greeted = False
        self._came = anyio.Event()

    def take(self, event: Event) -> None:
        """Look at an event; to be subscribed to the journal."""
        match event.what:
            case CanaryGreeted(name=name) if name == _NAME:
                self.greeted = True
            case CanaryVisited(token=token) if token == _NAME:
                self._came.set()

    async def wait(self, limit: float) -> bool:
        """Wait for a request; False when none came within `limit` seconds."""
        with anyio.move_on_after(limit):
            await self._came.wait()
        return self._came.is_set()


async def check_tls(
    driver: Driver, configuration: Mapping[str, Any], journal: Journal, listen: str, limit: float
) -> PreflightCheck:
    """Point the candidate to an https listener with a certificate of the test PKI, and see whether it calls.

    Args:
        driver: of a candidate that was configured before; in the end it gets that configuration again.
        configuration: arguments of the command `configure`.
        journal: takes what comes.
        listen: host that the hub listens at.
        limit: seconds within which a candidate calls.
    """
    callers = Callers()
    journal.subscribe(callers.take)
    pki = Pki(datetime.now(VIETNAM))
    context = server_context(pki.server("hub", outward(listen)))
    try:
        async with Canary(journal, listen, tls=context, name=_NAME) as listener:
            moved = {"endpoint": listener.url(_NAME, "vxp"), "hub_trust_anchors_pem": pki.anchors_pem().decode()}
            await driver.call("configure", {**configuration, **moved}, _CONFIGURE_LIMIT)
            called = await callers.wait(limit)
    except DriverLost as lost:
        return PreflightCheck("tls", (reach_trouble(lost),))
    except DriverError as error:
        return PreflightCheck("tls", (Trouble("tls.not-configured", note=True, parameters={"said": error.message}),))
    with suppress(DriverError, DriverLost):  # whether the old configuration is accepted is not for this check
        await driver.call("configure", configuration, _CONFIGURE_LIMIT)
    if called:
        return PreflightCheck("tls", facts="https")
    code = "tls.refused" if callers.greeted else "tls.silent"
    return PreflightCheck("tls", (Trouble(code, note=True, parameters={"seconds": f"{limit:g}"}),))

"""What the reference hub answers to the calls of the worked example: a real hub answers them, without a network.

The hub makes up ids at random; each is shown as the id that the example has for it, so that the guide is the same
every time.
"""

import re
from collections.abc import Mapping
from functools import cache

from harness.guide.files import worked_example
from harness.guide.packages import moment
from harness.guide.requests import Pairs, WorkedCall, steps
from harness.hub.call_results import Call, Deferred
from harness.hub.service import Hub
from harness.hub.settings import HubSettings
from harness.vxp.headers import HeaderParameters
from harness.vxp.signing import verify

_MADE_UP = re.compile(rb'"(?:DocId|docId)":"([^"]+)"')


@cache
def answers() -> Mapping[str, bytes]:
    """Return the body of the answer to each call of the example."""
    hub = prepared(Hub(HubSettings.of(), moment))
    names: dict[str, str] = {}
    try:
        return {step.key: _answer(hub, step, names) for step in steps()}
    finally:
        hub.close()


def prepared(hub: Hub) -> Hub:
    """Make the systems and agencies of the example known to a hub, and return it."""
    for party in (worked_example().sender, worked_example().receiver):
        hub.add_system(party.system_id, party.secret)
        hub.add_agency(party.organ_id, party.organ_name, party.system_id)
    return hub


def _answer(hub: Hub, step: WorkedCall, names: dict[str, str]) -> bytes:
    """Make one call; `names` maps the example's ids to the hub's, and grows."""
    outcome = hub.perform(_call(hub, step, tuple((key, names.get(value, value)) for key, value in step.parameters)))
    body = outcome.body.whole() if isinstance(outcome.body, Deferred) else outcome.body
    made = _MADE_UP.search(body)
    if step.gives and made is not None:
        names[step.gives] = made[1].decode("ascii")
    for shown, real in names.items():
        body = body.replace(real.encode("ascii"), shown.encode("ascii"))
    return body


def _call(hub: Hub, step: WorkedCall, parameters: Pairs) -> Call:
    headers = [(name.encode("utf-8"), value.encode("utf-8")) for name, value in step.headers(parameters)]
    read = HeaderParameters(headers)
    return Call(
        operation=step.operation,
        name=step.operation.name,
        system_id=read.get("systemid"),
        parameters=read,
        verification=verify(headers, hub.directory.secret(step.caller.system_id)),
        body=step.body,
        received=hub.read_received(step.body, read.get("hash-file", "")) if step.file is not None else None,
    )

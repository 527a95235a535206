"""Agencies whose codes end during a run, and those that take their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import msgspec

from harness.catalogue.parameters import Identifiers, Parameters
from harness.hub.directory import Registration
from harness.journal import Event, events
from harness.scenarios.context import ScenarioContext
from harness.scenarios.testdata import Peer, allowed_peer, exchange_data

_PROVINCE = "H"
_SUBSTITUTE = "substitute"


@dataclass(frozen=True, slots=True)
class Succession:
    """An agency whose code ends, and the one that takes its place."""

    closed: Peer
    successor: Peer


def successions_of(identifiers: Identifiers, candidate: str) -> Mapping[str, Succession]:
    """Return the successions of a run by what they are for.

    Args:
        identifiers: the profile's forms; where an agency's own is not among them, its other one is taken.
        candidate: OrganId of the candidate; where it is one of these agencies, others take their place.
    """
    every = msgspec.convert(exchange_data("successions.yaml"), dict[str, dict[str, Peer]])
    substitute = every.pop(_SUBSTITUTE)
    played = {name: substitute if _is_in(pair, candidate) else pair for name, pair in every.items()}
    return {
        name: Succession(**{role: allowed_peer(peer, identifiers) for role, peer in pair.items()})
        for name, pair in played.items()
    }


def _is_in(pair: Mapping[str, Peer], candidate: str) -> bool:
    return any(candidate in {peer.organ_id, peer.code102} for peer in pair.values())


def succession(context: ScenarioContext, name: str) -> Succession:
    """Return one of the successions of a run."""
    return successions_of(context.profile.parameters.identifiers, context.agency.organ_id)[name]


def take_place(context: ScenarioContext, taken: Succession) -> Event:
    """Let an agency's code end in the hub's directory, and another agency come; return the event, which comes first."""
    closed, new = taken.closed, taken.successor
    event = context.note(events.AgencyClosed(closed.organ_id, new.organ_id))
    registration = Registration(new.organ_id, new.organ_name, parent=new.parent, code102=new.code102)
    context.hub.succeed(closed.organ_id, registration)
    return event


def provinces(parameters: Parameters, day: date) -> tuple[str, ...]:
    """Return the codes of the provinces that the profile has on a day."""
    agencies = parameters.code_lists.agencies
    living = (code for code, one in agencies.items() if code.startswith(_PROVINCE) and not one.closed_before(day))
    return tuple(sorted(living))

"""Agencies as systems register and read them."""

import json
from collections.abc import Callable

from harness.catalogue.codes import RefusalReason
from harness.catalogue.findings import clipped
from harness.hub.call_results import Call, CallResult, Refusal, done
from harness.hub.directory import HubDirectory, RegisteredAgency, Registration
from harness.journal.events import CallEffect, DirectoryRows
from harness.vxp.operations import REGISTRATION

_LONGEST = 500


class RegistrationService:
    """Lets every system maintain its own agencies and read the whole directory."""

    def __init__(self, directory: HubDirectory) -> None:
        self._directory = directory

    def register(self, call: Call) -> CallResult:
        """Create or change an agency of the calling system."""
        members = _members(call.body)
        code = members["code"]
        if not code:
            raise Refusal(RefusalReason.BAD_REQUEST, "bad-parameter", key="code", value="-")
        existing = self._existing(members, call.caller)
        if existing is not None and existing.organ_id != code:
            self._directory.rename(existing.number, code)
        self._directory.register(
            Registration(
                organ_id=code,
                name=members["name"],
                system_id=call.caller,
                parent=members["pcode"],
                code102=existing.code102 if existing else "",
                mail=members["mail"],
                mobile=members["mobile"],
                fax=members["fax"],
                locked=existing.locked if existing else False,
            )
        )
        return done(effect=CallEffect(registered=code))

    def delete(self, call: Call) -> CallResult:
        """Remove an agency of the calling system."""
        code = call.parameters.get("AgencyCode", "")
        agency = self._directory.agency(code)
        if agency is None or agency.system_id != call.caller:
            raise _foreign(code, call.caller)
        self._directory.remove(agency.number)
        return done(effect=CallEffect(deleted=agency.organ_id))

    def listing(self, call: Call) -> CallResult:
        """Hand out the whole directory."""
        return self._read(self._directory.listing)

    def listing_qd20(self, call: Call) -> CallResult:
        """Hand out the agencies of one level, with both identifiers."""
        level = call.parameters.get("level", "")
        return self._read(lambda: self._directory.listing_qd20(level))

    def units(self, call: Call) -> CallResult:
        """Hand out the directory with the marks of removed agencies."""
        return self._read(self._directory.units)

    def _read(self, listing: Callable[[], tuple[bytes, int]]) -> CallResult:
        body, rows = listing()
        return CallResult(body, effect=CallEffect(directory=DirectoryRows(rows)), kept=True)

    def _existing(self, members: dict[str, str], system_id: str) -> RegisteredAgency | None:
        """Return the agency that is meant: the one with that code, else the system's own with that number."""
        agency = self._directory.agency(members["code"], removed_too=True)
        if agency is not None:
            if agency.system_id != system_id:
                raise _foreign(members["code"], system_id)
            return agency
        numbered = self._directory.numbered(members["id"])
        return numbered if numbered is not None and numbered.system_id == system_id else None


def _members(body: bytes) -> dict[str, str]:
    """Return the members of a registration; what is missing is empty.

    Raises:
        Refusal: the body is no object of texts.
    """
    try:
        content = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refusal(RefusalReason.BAD_REQUEST, "bad-body") from error
    if not isinstance(content, dict):
        raise Refusal(RefusalReason.BAD_REQUEST, "bad-body")
    return {key: _word(content.get(key, ""), key) for key in REGISTRATION}


def _word(value: object, key: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise Refusal(RefusalReason.BAD_REQUEST, "bad-parameter", key=key, value=clipped(str(value), 40))
    return value.encode("utf-8", "replace").decode().strip()


def _foreign(code: str, system_id: str) -> Refusal:
    given, system_id = clipped(code) or "-", clipped(system_id)
    return Refusal(RefusalReason.SENDER_NOT_REGISTERED, "foreign-from", given=given, system_id=system_id)

"""What each role may do."""

from enum import StrEnum


class Role(StrEnum):
    """What a person does in the console. An auditor reads everything and changes nothing; a vendor sees only its
    own organisation.
    """

    ADMIN = "admin"
    TESTER = "tester"
    APPROVER = "approver"
    VENDOR = "vendor"
    AUDITOR = "auditor"


class Right(StrEnum):
    """Something that only some roles may do."""

    ADMINISTER = "administer"
    READ_LOG = "read-log"
    DECLARE = "declare"
    ADD_ORGANISATION = "add-organisation"
    RUN = "run"
    WRITE_NOTE = "write-note"
    PROPOSE = "propose"
    DECIDE = "decide"
    CONSENT = "consent"
    SUBSCRIBE = "subscribe"


_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.ADMIN: frozenset(Right),
    Role.TESTER: frozenset({Right.DECLARE, Right.ADD_ORGANISATION, Right.RUN, Right.WRITE_NOTE, Right.PROPOSE}),
    Role.APPROVER: frozenset({Right.READ_LOG, Right.WRITE_NOTE, Right.DECIDE, Right.CONSENT}),
    Role.VENDOR: frozenset({Right.DECLARE, Right.RUN, Right.WRITE_NOTE, Right.CONSENT, Right.SUBSCRIBE}),
    Role.AUDITOR: frozenset({Right.READ_LOG}),
}


def may(role: str, right: Right) -> bool:
    """Return whether a role has a right."""
    return right in _RIGHTS[Role(role)]

"""Whom the provider's word means here: an account made beforehand, or one that may be made now."""

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import note_change
from harness.console.data.tables import IdentityRow, UserRow
from harness.console.openid.provider import OpenIdFailure
from harness.console.openid.provider_file import OpenIdFile
from harness.console.people.accounts import add_user, set_role
from harness.console.people.roles import Role

_ACTOR = "openid"
_DEEPEST = 6


def account_of(db: Session, file: OpenIdFile, claims: Mapping[str, Any]) -> UserRow:
    """Return the account of who signed in at the provider.

    At the first sign-in the account is found by name, if it was made to be used this way: one that has a password is
    never handed over to whoever has its name at the provider. From then on the provider's subject counts alone.

    Args:
        db: a writing transaction.
        file: says what the claims mean.
        claims: of the provider, checked.

    Raises:
        OpenIdFailure: there is no account for this person, it is closed, or the person has no role here.
    """
    role = _role(file, claims)
    organisation = _organisation(file, claims) if role == Role.VENDOR else None
    known = db.get(IdentityRow, (file.issuer, str(claims["sub"])))
    user = known.user if known is not None else _first_time(db, file, claims, role, organisation)
    if not user.active:
        raise OpenIdFailure("unknown", f"account {user.name} is closed")
    if role is not None:
        try:
            set_role(db, user, role, organisation, _ACTOR)
        except ConfigurationError as error:
            raise OpenIdFailure("no-role", error.code) from error
    return user


def _first_time(
    db: Session, file: OpenIdFile, claims: Mapping[str, Any], role: Role | None, organisation: str | None
) -> UserRow:
    name = _name(file, claims)
    user = db.scalars(select(UserRow).where(UserRow.name == name)).first()
    if user is None:
        user = _added(db, file, name, role, organisation)
    bound = select(IdentityRow).where(IdentityRow.user_id == user.id)
    if user.password or not user.active or db.scalars(bound).first() is not None:
        raise OpenIdFailure("unknown", f"account {name} is not this person's")
    db.add(IdentityRow(issuer=file.issuer, subject=str(claims["sub"]), user_id=user.id, bound=time.time()))
    db.flush()
    note_change(db, _ACTOR, "user.bound", user.name, issuer=file.issuer, sub=str(claims["sub"]))
    return user


def _added(db: Session, file: OpenIdFile, name: str, role: Role | None, organisation: str | None) -> UserRow:
    if not file.create_accounts or role is None:
        raise OpenIdFailure("unknown", f"no account {name}")
    try:
        return add_user(db, name, role, None, organisation, _ACTOR)
    except ConfigurationError as error:
        raise OpenIdFailure("unknown", error.code) from error


def _name(file: OpenIdFile, claims: Mapping[str, Any]) -> str:
    name = claim_at(claims, file.name_claim)
    unsure = file.name_claim == "email" and claims.get("email_verified") is not True
    if not isinstance(name, str) or not name.strip() or unsure:
        raise OpenIdFailure("unknown", f"claim {file.name_claim}")
    return name.strip().lower()[:100]


def _role(file: OpenIdFile, claims: Mapping[str, Any]) -> Role | None:
    """Return the role that the provider gives, None where it gives none here."""
    if file.role_claim is None:
        return None
    given = claim_at(claims, file.role_claim)
    has = {given} if isinstance(given, str) else {one for one in given or () if isinstance(one, str)}
    for theirs, ours in file.roles.items():
        if theirs in has:
            return Role(ours)
    raise OpenIdFailure("no-role", f"claim {file.role_claim}")


def _organisation(file: OpenIdFile, claims: Mapping[str, Any]) -> str | None:
    given = claim_at(claims, file.organisation_claim) if file.organisation_claim else None
    return given if isinstance(given, str) and given.strip() else None


def claim_at(claims: Mapping[str, Any], path: str) -> Any:
    """Return a claim, also one within others: by its whole name, or a dot goes one level down."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split(".", _DEEPEST):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, str | list) else None

"""The file that names the identity provider which the console trusts; the secret is kept elsewhere.

schema: lienthong.openid/1
issuer: https://sso.example.vn/realms/bo
client_id: lienthong
client_secret_file: openid.secret      # or client_secret_env: NAME; omit if the client has none
title: {vi: Tài khoản của Bộ, en: Account of the ministry}
name_claim: preferred_username
role_claim: realm_access.roles         # a dot: one level down; omitted: administrators give roles
roles: {kiem-thu: tester, giam-sat: auditor}
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.parameters import ParameterGroup
from harness.catalogue.typed_yaml import convert, read
from harness.console.people.roles import Role

_TITLE = LocalisedText("Đăng nhập bằng tài khoản của cơ quan", "Sign in by the organisation's account")


class OpenIdFile(ParameterGroup, frozen=True, kw_only=True):
    """Content of the file.

    Attributes:
        issuer: address of the provider, as its tokens name it.
        client_id: name by which it knows the console.
        client_secret_file: its first line is the secret; relative to this file.
        client_secret_env: name of the variable that holds it.
        title: of the link on the sign-in page.
        scopes: that are asked for.
        name_claim: claim with the name of the account, used at the first sign-in.
        role_claim: claim with the person's roles or groups; if omitted, accounts have the role that an
            administrator gave them.
        roles: role in the console by role at the provider; the first one that a person has counts.
        organisation_claim: claim with the organisation of a vendor.
        create_accounts: whether an account is created for a person who has a role and no account.
    """

    schema: Literal["lienthong.openid/1"]
    issuer: str
    client_id: str
    client_secret_file: str | None = None
    client_secret_env: str | None = None
    title: LocalisedText = _TITLE
    scopes: tuple[str, ...] = ("openid", "profile")
    name_claim: str = "preferred_username"
    role_claim: str | None = None
    roles: dict[str, str] = msgspec.field(default_factory=dict)
    organisation_claim: str | None = None
    create_accounts: bool = False


@dataclass(frozen=True, slots=True)
class OpenIdSettings:
    """The content of the file, and the secret."""

    file: OpenIdFile
    secret: str | None = field(default=None, repr=False)


def load_settings(path: Path, environment: Mapping[str, str]) -> OpenIdSettings:
    """Read the file and the secret.

    Args:
        path: of the file.
        environment: variables, one of which may hold the secret.

    Raises:
        ConfigurationError: file or secret cannot be read, or an entry is wrong; the message never quotes the secret.
    """
    located = read(path)
    file = convert(located, OpenIdFile)
    problem = _problem(file)
    if problem is not None:
        key, detail = problem
        place, line = located.place((key,))
        raise ConfigurationError("console.openid", path=place, line=line, key=key, detail=detail)
    return OpenIdSettings(file, _secret(file, path, environment))


def is_safe(address: str) -> bool:
    """Return whether an address uses TLS or is on this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    return parts.scheme == "http" and (host == "localhost" or _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _problem(file: OpenIdFile) -> tuple[str, str] | None:
    """Return key and value of the first wrong entry, None if there is none."""
    unknown = sorted(set(file.roles.values()) - set(Role))
    cases = (
        ("issuer", file.issuer, is_safe(file.issuer) and not {"?", "#"} & set(file.issuer)),
        ("client_id", file.client_id, bool(file.client_id)),
        ("scopes", " ".join(file.scopes), "openid" in file.scopes),
        ("roles", ", ".join(unknown), not unknown),
        ("role_claim", str(file.role_claim), bool(file.roles) == bool(file.role_claim)),
        ("create_accounts", "true", not file.create_accounts or bool(file.roles)),
        ("client_secret_env", str(file.client_secret_env), not (file.client_secret_env and file.client_secret_file)),
    )
    return next(((key, value) for key, value, right in cases if not right), None)


def _secret(file: OpenIdFile, path: Path, environment: Mapping[str, str]) -> str | None:
    if file.client_secret_env is not None:
        secret = environment.get(file.client_secret_env, "")
        if not secret:
            raise ConfigurationError("console.openid-variable", path=path, name=file.client_secret_env)
        return secret
    if file.client_secret_file is None:
        return None
    place = path.parent / file.client_secret_file
    try:
        secret = place.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        detail = error.strerror if isinstance(error, OSError) else "UTF-8"
        raise ConfigurationError("file.unreadable", path=place, detail=detail) from error
    return secret or None

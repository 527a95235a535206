"""A new folder of a laboratory or authority: its key, its certificate in its own name, its identity."""

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import yaml

from harness.catalogue.errors import ConfigurationError
from harness.crypto.testpki.folder import LABORATORY, certificate_pem, make_laboratory, write_identity
from harness.seal.laboratory import (
    CERTIFICATE_FILE,
    IDENTITY_FILE,
    CertificateTerms,
    HardwareToken,
    LaboratoryIdentity,
    is_web_address,
)
from harness.seal.token_key import new_token_key

_FOLDER = 0o700
_LEAST_PASSPHRASE = 10
_LONGEST_NAME = 200
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def create_laboratory(
    folder: Path,
    *,
    name: str,
    address: str = "",
    register: str = "",
    passphrase: bytes | None = None,
    token: HardwareToken | None = None,
) -> LaboratoryIdentity:
    """Make the folder of a laboratory.

    Args:
        folder: must not exist yet, or be empty.
        name: of the laboratory, as certificate and identity carry it.
        address: of the laboratory, empty where it is filled in later.
        register: address of its public register, where it gives out certificates.
        passphrase: by which the key is encrypted (PKCS#8), None leaves it plain; the PIN of a token.
        token: on which the key is made, under a label that is not taken; None makes a file.

    Raises:
        ConfigurationError: the folder holds something or cannot be written to, a name or address is none, or the
            passphrase is too short.
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME or _UNPRINTABLE.search(name):
        raise ConfigurationError("laboratory.name", most=_LONGEST_NAME)
    if register and not is_web_address(register):
        raise ConfigurationError("laboratory.register")
    if token is None and passphrase is not None and len(passphrase) < _LEAST_PASSPHRASE:
        raise ConfigurationError("laboratory.short-passphrase", least=_LEAST_PASSPHRASE)
    terms = CertificateTerms(register=register) if register else None
    identity = LaboratoryIdentity(name=name, address=address, certificates=terms, token=token)
    try:
        folder.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConfigurationError("pki.not-empty", path=folder)
        if token is None:
            write_identity(make_laboratory(datetime.now(UTC), name), folder, LABORATORY, passphrase)
        else:
            with new_token_key(token.place, passphrase or b"") as key:
                made = make_laboratory(datetime.now(UTC), name, key)
            (folder / CERTIFICATE_FILE).write_bytes(certificate_pem(made))
        (folder / IDENTITY_FILE).write_text(_written(identity), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError("pki.unwritable", path=folder, detail=error.strerror or error) from error
    return identity


def _written(identity: LaboratoryIdentity) -> str:
    content: dict[str, object] = {"schema": identity.schema, "name": identity.name}
    if identity.address:
        content["address"] = identity.address
    if identity.certificates:
        content["certificates"] = {"register": identity.certificates.register}
    if identity.token:
        content["token"] = msgspec.to_builtins(identity.token)
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False)

"""What a signed snapshot of the public register says."""

from typing import Literal

import msgspec

REGISTER_SCHEMA = "lienthong.register/1"


class SnapshotEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One certificate in the register.

    Attributes:
        sha256: of the signed certificate.
        state: at the moment of the snapshot.
        since: from when.
        life: its signed acts, oldest first.
    """

    number: str
    sha256: str
    state: str
    since: str
    holder: str
    product: str
    versions: tuple[str, ...]
    organ_id: str
    organ_name: str
    profile: str
    issued: str
    valid_until: str
    life: tuple[str, ...]


class RegisterSnapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole register at a moment, schema lienthong.register/1."""

    schema: Literal["lienthong.register/1"] = "lienthong.register/1"
    body: str
    register: str
    at: str
    entries: tuple[SnapshotEntry, ...]

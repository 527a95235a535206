"""The content of a signed snapshot of the public register."""

from typing import Literal

import msgspec

from harness.certificates.life import LifeState

REGISTER_SCHEMA = "lienthong.register/1"


class SnapshotEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One certificate in the register.

    Attributes:
        sha256: of the signed certificate.
        state: at the moment of the snapshot.
        since: since when it has this state.
        life: its signed acts, oldest first.
        replaces, replaced_by: numbers of the certificates before and after it; empty for none.
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
    replaces: str = ""
    replaced_by: str = ""


class UnlistedEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A certificate whose holder took the consent to publication back: its state stays public, and nothing else.

    Attributes:
        sha256: of the signed certificate.
        state: at the moment of the snapshot.
        since: since when it has this state.
    """

    number: str
    sha256: str
    state: LifeState
    since: str


class RegisterSnapshot(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole register at a moment, schema lienthong.register/1.

    Attributes:
        unlisted: certificates of which only the state is public.
    """

    schema: Literal["lienthong.register/1"] = "lienthong.register/1"
    body: str
    register: str
    at: str
    entries: tuple[SnapshotEntry, ...]
    unlisted: tuple[UnlistedEntry, ...] = ()

"""The life of a certificate: its states and the acts that lead from one to another, as data; every act is signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.journal.recorder import VIETNAM

LIFE_SCHEMA = "lienthong.certificate-life/1"


class LifeState(StrEnum):
    """Where a certificate stands."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REPLACED = "replaced"


class LifeAct(StrEnum):
    """What somebody does to a certificate; expiry is nobody's act, the day comes by itself."""

    ISSUE = "issue"
    CONSENT = "consent"
    PUBLISH = "publish"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    WITHDRAW = "withdraw"
    REPLACE = "replace"
    EXTEND = "extend"


STEPS: Mapping[tuple[LifeState, LifeAct], LifeState] = {
    (LifeState.ACTIVE, LifeAct.CONSENT): LifeState.ACTIVE,
    (LifeState.ACTIVE, LifeAct.PUBLISH): LifeState.ACTIVE,
    (LifeState.ACTIVE, LifeAct.EXTEND): LifeState.ACTIVE,
    (LifeState.ACTIVE, LifeAct.SUSPEND): LifeState.SUSPENDED,
    (LifeState.ACTIVE, LifeAct.WITHDRAW): LifeState.WITHDRAWN,
    (LifeState.ACTIVE, LifeAct.REPLACE): LifeState.REPLACED,
    (LifeState.SUSPENDED, LifeAct.REINSTATE): LifeState.ACTIVE,
    (LifeState.SUSPENDED, LifeAct.WITHDRAW): LifeState.WITHDRAWN,
    (LifeState.SUSPENDED, LifeAct.REPLACE): LifeState.REPLACED,
}
# Acts that an authority states its reason for; how a consent was given is told in the same place.
REASONED = frozenset(LifeAct) - {LifeAct.ISSUE, LifeAct.PUBLISH}
_ONCE = {LifeAct.CONSENT: "certificate.consented", LifeAct.PUBLISH: "certificate.published"}
_FINAL = frozenset({LifeState.WITHDRAWN, LifeState.REPLACED})


class LifeEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One act, as it is signed.

    Attributes:
        certificate: its number.
        sequence: of the act, from 1, which is the issue.
        previous: SHA-256 in hex of the signed act before it; of the signed certificate for the first one.
        state: after the act.
        at: when, ISO 8601 in Vietnam time.
        by: who.
        reason: why; for a consent, how it was given.
        detail: number of the certificate that replaces this one, or version to which it is extended; else empty.
    """

    schema: Literal["lienthong.certificate-life/1"] = "lienthong.certificate-life/1"
    certificate: str
    sequence: int
    previous: str
    act: LifeAct
    state: LifeState
    at: str
    by: str
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CertificateLife:
    """What was done to one certificate, oldest first.

    Attributes:
        entries: the acts.
        valid_until: last day of its validity.
    """

    entries: Sequence[LifeEntry]
    valid_until: date

    def state(self, at: datetime) -> LifeState:
        """Return the state at a moment after the last act: one that ran out has expired, whatever it was before."""
        last = self.entries[-1].state
        over = at.astimezone(VIETNAM).date() > self.valid_until
        return LifeState.EXPIRED if over and last not in _FINAL else last

    def since(self, at: datetime) -> str:
        """Return from when the state at a moment holds, ISO 8601."""
        if self.state(at) is LifeState.EXPIRED:
            return self.valid_until.isoformat()
        last = self.entries[-1].state
        first = self.entries[-1]
        for entry in reversed(self.entries):
            if entry.state is not last:
                break
            first = entry
        return first.at

    def did(self, act: LifeAct) -> LifeEntry | None:
        """Return the latest act of a kind, None where there was none."""
        return next((entry for entry in reversed(self.entries) if entry.act is act), None)

    @property
    def published(self) -> bool:
        """Whether it stands in the public register."""
        return self.did(LifeAct.PUBLISH) is not None

    @property
    def versions(self) -> tuple[str, ...]:
        """Further versions of the product to which it was extended."""
        return tuple(entry.detail for entry in self.entries if entry.act is LifeAct.EXTEND)

    def after(self, act: LifeAct, at: datetime, reason: str, detail: str = "") -> LifeState:
        """Return the state to which an act leads.

        Raises:
            ConfigurationError: there is no such step, it wants a reason, or it was done already.
        """
        state = self.state(at)
        following = STEPS.get((state, act))
        if following is None:
            raise ConfigurationError(f"certificate.step-{state}")
        if act in _ONCE and self.did(act) is not None:
            raise ConfigurationError(_ONCE[act])
        if act is LifeAct.PUBLISH and self.did(LifeAct.CONSENT) is None:
            raise ConfigurationError("certificate.no-consent")
        if act in REASONED and not reason:
            raise ConfigurationError("certificate.no-reason")
        if act is LifeAct.EXTEND and (not detail or detail in self.versions):
            raise ConfigurationError("certificate.no-version")
        return following

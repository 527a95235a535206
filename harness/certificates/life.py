"""The history of a certificate: its states and the acts that lead from one to another, as data; every act is signed."""

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
    """The state of a certificate."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REPLACED = "replaced"
    AMENDED = "amended"


class LifeAct(StrEnum):
    """What a person does to a certificate; expiry is not an act, it follows from the date."""

    ISSUE = "issue"
    CONSENT = "consent"
    PUBLISH = "publish"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    WITHDRAW = "withdraw"
    REPLACE = "replace"
    AMEND = "amend"
    EXTEND = "extend"
    RETRACT_CONSENT = "retract-consent"


STEPS: Mapping[tuple[LifeState, LifeAct], LifeState] = {
    (LifeState.ACTIVE, LifeAct.CONSENT): LifeState.ACTIVE,
    (LifeState.ACTIVE, LifeAct.PUBLISH): LifeState.ACTIVE,
    (LifeState.ACTIVE, LifeAct.EXTEND): LifeState.ACTIVE,
    (LifeState.ACTIVE, LifeAct.SUSPEND): LifeState.SUSPENDED,
    (LifeState.ACTIVE, LifeAct.WITHDRAW): LifeState.WITHDRAWN,
    (LifeState.ACTIVE, LifeAct.REPLACE): LifeState.REPLACED,
    (LifeState.ACTIVE, LifeAct.AMEND): LifeState.AMENDED,
    (LifeState.SUSPENDED, LifeAct.REINSTATE): LifeState.ACTIVE,
    (LifeState.SUSPENDED, LifeAct.WITHDRAW): LifeState.WITHDRAWN,
    (LifeState.SUSPENDED, LifeAct.REPLACE): LifeState.REPLACED,
    # Consent can be taken back at any time, and changes nothing else.
    **{(state, LifeAct.RETRACT_CONSENT): state for state in LifeState if state is not LifeState.EXPIRED},
}
# Acts that need a reason; for a consent, the reason states how it was given.
REASONED = frozenset(LifeAct) - {LifeAct.ISSUE, LifeAct.PUBLISH}
_FINAL = frozenset({LifeState.WITHDRAWN, LifeState.REPLACED, LifeState.AMENDED})
_SUCCEEDED = (LifeAct.REPLACE, LifeAct.AMEND)


class LifeEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One act, as signed.

    Attributes:
        certificate: its number.
        sequence: number of the act; 1 is the issue.
        previous: SHA-256 in hex of the signed act before this one; for the first act, of the signed certificate.
        state: after the act.
        at: when, ISO 8601 in Vietnam time.
        by: name of the person.
        reason: why; for a consent, how it was given.
        detail: number of the certificate that replaces or amends this one, or version to which it is extended; else
            empty.
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
    """The acts on one certificate, oldest first.

    Attributes:
        entries: the acts.
        valid_until: last day of its validity.
    """

    entries: Sequence[LifeEntry]
    valid_until: date

    def state(self, at: datetime) -> LifeState:
        """Return the state at a moment after the last act; after the last day of validity it is always expired."""
        last = self.entries[-1].state
        over = at.astimezone(VIETNAM).date() > self.valid_until
        return LifeState.EXPIRED if over and last not in _FINAL else last

    def since(self, at: datetime) -> str:
        """Return since when the certificate has had its state at a moment, ISO 8601."""
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
        """Return the latest act of a kind, None if there is none."""
        return next((entry for entry in reversed(self.entries) if entry.act is act), None)

    @property
    def consented(self) -> bool:
        """Whether the holder consents to publication, and has not taken that back."""
        return self._latest(LifeAct.CONSENT, LifeAct.RETRACT_CONSENT) is LifeAct.CONSENT

    @property
    def published(self) -> bool:
        """Whether the certificate is listed in the public register."""
        return self._latest(LifeAct.PUBLISH, LifeAct.RETRACT_CONSENT) is LifeAct.PUBLISH

    @property
    def unlisted(self) -> bool:
        """Whether it was published, and the holder has taken the consent back: only its state is public."""
        return self.did(LifeAct.PUBLISH) is not None and not self.published

    @property
    def successor(self) -> str:
        """Number of the certificate that replaces or amends it, empty for none."""
        return next((entry.detail for entry in self.entries if entry.act in _SUCCEEDED), "")

    def _latest(self, *acts: LifeAct) -> LifeAct | None:
        return next((entry.act for entry in reversed(self.entries) if entry.act in acts), None)

    @property
    def versions(self) -> tuple[str, ...]:
        """Further versions of the product to which it was extended."""
        return tuple(entry.detail for entry in self.entries if entry.act is LifeAct.EXTEND)

    def after(self, act: LifeAct, at: datetime, reason: str, detail: str = "") -> LifeState:
        """Return the state to which an act leads.

        Raises:
            ConfigurationError: the step is not permitted, it needs a reason, or it was done before.
        """
        # What changes no state is possible after the last day too.
        state = self.entries[-1].state if act is LifeAct.RETRACT_CONSENT else self.state(at)
        following = STEPS.get((state, act))
        if following is None:
            raise ConfigurationError(f"certificate.step-{state}")
        self._check_consent(act)
        if act in REASONED and not reason:
            raise ConfigurationError("certificate.no-reason")
        if act is LifeAct.EXTEND and (not detail or detail in self.versions):
            raise ConfigurationError("certificate.no-version")
        return following

    def _check_consent(self, act: LifeAct) -> None:
        """Check that an act on consent and publication fits to what was done before.

        Raises:
            ConfigurationError: it does not.
        """
        wrong = {
            LifeAct.CONSENT: (self.consented, "certificate.consented"),
            LifeAct.PUBLISH: (self.published, "certificate.published"),
            LifeAct.RETRACT_CONSENT: (not self.consented, "certificate.not-consented"),
        }
        refused, code = wrong.get(act, (False, ""))
        if refused:
            raise ConfigurationError(code)
        if act is LifeAct.PUBLISH and not self.consented:
            raise ConfigurationError("certificate.no-consent")

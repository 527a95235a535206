"""What trust and revocation of a signer mean as findings; the same for packages and PDF files."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Protocol

from harness.catalogue.findings import Finding
from harness.catalogue.parameters import Signatures
from harness.catalogue.verdicts import Cause
from harness.crypto.chains.chain import ChainFault
from harness.crypto.chains.revocation import Revocation, Standing
from harness.crypto.chains.signers import SignerTrust
from harness.rules.registry import Outcome
from harness.rules.undecided import Undecided
from harness.vietnam_time import VIETNAM


class _Make(Protocol):
    def __call__(self, code: str, *, expected: str = "", received: str = "", **parameters: str) -> Finding: ...


def trust_outcomes(requirement: str, trust: SignerTrust, at: datetime, make: _Make) -> Iterator[Outcome]:
    """Say why a signer is not trusted, or that this is unknown as there is no trust anchor.

    Args:
        requirement: id that codes begin with.
        trust: of the signer.
        at: time of signing.
        make: makes a finding at the right place.
    """
    if not trust.anchored:
        yield Undecided(make(f"{requirement}.no-anchors"), Cause.CONFIGURATION)
    elif trust.fault is not None:
        yield _fault(trust.fault, at, partial(make, f"{requirement}.{trust.fault.kind.value}"))


def revocation_outcomes(
    requirement: str, trust: SignerTrust, at: datetime, signatures: Signatures, make: _Make
) -> Iterator[Outcome]:
    """Say that a signer was revoked, or that it is not known whether it was; arguments as of `trust_outcomes`."""
    revocation = trust.revocation
    if revocation is None or revocation.standing is Standing.GOOD:
        return
    if revocation.standing is Standing.REVOKED:
        yield _revoked(revocation, at, partial(make, f"{requirement}.revoked"))
        return
    unknown = make(f"{requirement}.revocation-unknown", subject=revocation.subject, reason=revocation.reason)
    yield unknown if signatures.revocation == "hard" else Undecided(unknown, Cause.NETWORK)


def moment_shown(moment: datetime | None) -> str:
    """Return a moment in Vietnam time, written as the standard writes times; empty for None."""
    return "" if moment is None else moment.astimezone(VIETNAM).strftime("%Y/%m/%d %H:%M:%S")


def _fault(fault: ChainFault, at: datetime, make: partial[Finding]) -> Finding:
    return make(
        received=moment_shown(fault.date) or fault.detail or fault.issuer,
        subject=fault.subject,
        issuer=fault.issuer,
        date=moment_shown(fault.date),
        signed=moment_shown(at),
    )


def _revoked(revocation: Revocation, at: datetime, make: partial[Finding]) -> Finding:
    date = moment_shown(revocation.date)
    return make(received=date, subject=revocation.subject, date=date, reason=revocation.reason, signed=moment_shown(at))

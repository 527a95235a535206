"""Acts on certificates: each act is signed, stored and logged in one transaction."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from harness.catalogue.errors import ConfigurationError
from harness.certificates.issue import next_entry
from harness.certificates.life import LifeAct
from harness.certificates.signed_documents import digest_of, signed
from harness.console.certification.book import kept_certificate
from harness.console.certification.certifier import Certifier
from harness.console.certification.persons import person_of
from harness.console.data.audit_log import note_change
from harness.console.data.certificate_tables import CertificateRow, LifeRow
from harness.console.data.tables import UserRow
from harness.console.people.roles import Role

DONE_BY_HAND = (LifeAct.PUBLISH, LifeAct.SUSPEND, LifeAct.REINSTATE, LifeAct.WITHDRAW, LifeAct.EXTEND)
"""What an approver does to a certificate; the others come with an issue or from the holder."""
_LONGEST = 2000


def add_act(
    db: Session, certifier: Certifier, number: str, act: LifeAct, user: UserRow, *, reason: str = "", detail: str = ""
) -> None:
    """Carry out an act on a certificate.

    Args:
        db: a writing transaction.
        certifier: signs the act.
        number: of the certificate.
        act: its kind.
        user: account of the person.
        reason: why; for a consent, how it was given.
        detail: number of the certificate that replaces it, or version to which it is extended.

    Raises:
        ConfigurationError: there is no such step from where it stands, it wants a reason, or what is kept of it is not
            what was signed.
    """
    db.get_one(CertificateRow, number, with_for_update=True)
    kept = kept_certificate(db, certifier.authority, number)
    if kept is None or not kept.whole or kept.record is None or kept.life is None:
        raise ConfigurationError("certification.damaged")
    if act is LifeAct.EXTEND and detail == kept.record.certificate.content.product.version:
        raise ConfigurationError("certificate.own-version")
    # The history is public and account names are not; a vendor acts for the holder.
    by = user.organisation.name if user.organisation else person_of(db, user.name) or str(Role(user.role))
    now = datetime.now(UTC)
    entry = next_entry(kept.life, kept.record.acts[-1], act, at=now, by=by, reason=reason[:_LONGEST],
                       detail=detail[:100])  # fmt: skip
    content = signed(entry, certifier.authority.key)
    db.add(LifeRow(number=number, sequence=entry.sequence, jws=content.decode()))
    db.flush()
    note_change(db, user.name, f"certificate.{act}", number, sequence=entry.sequence, digest=digest_of(content),
                reason=reason, detail=detail)  # fmt: skip

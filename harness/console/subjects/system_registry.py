"""Systems as they are kept: added, changed, made ready for a run."""

import time
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from harness.catalogue.candidate import CommandDriverDeclaration, HttpDriverDeclaration
from harness.catalogue.errors import ConfigurationError
from harness.console.data.audit_log import note_change
from harness.console.data.tables import OrganisationRow, ProductRow, SystemRow
from harness.console.subjects.addresses import check_allowed
from harness.console.subjects.declarations import (
    CAPABILITIES,
    FILE_NAME,
    SECRET_VARIABLE,
    DeclaredSystem,
    digest_of,
    kept,
    written,
)
from harness.console.subjects.vault import SecretVault
from harness.drivers.reference import kinds

EVIDENCE = "evidence"
"""Folder beside a declaration: what a person shows with answers is laid there."""
REFERENCE = "reference"
DECLARED = "declared"
_REFERENCE_PRODUCT = "Hệ thống tham chiếu"


def add_declared(
    db: Session, vault: SecretVault, organisation: OrganisationRow, declared: DeclaredSystem, actor: str
) -> SystemRow:
    """Add a system that was declared."""
    row = SystemRow(organisation_id=organisation.id, kind=DECLARED, created=time.time(), program_allowed=False)
    _declare(db, vault, row, organisation, declared)
    db.add(row)
    db.flush()
    note_change(db, actor, "system.added", _called(declared), organisation=organisation.name, system=row.id)
    return row


def change_declared(db: Session, vault: SecretVault, row: SystemRow, declared: DeclaredSystem, actor: str) -> None:
    """Change the declaration of a system; a secret that is not given stays, another driver has to be allowed anew."""
    before = kept(row.declaration).driver
    _declare(db, vault, row, row.organisation, declared)
    if before != declared.candidate.driver:
        row.program_allowed = False
    note_change(db, actor, "system.changed", _called(declared), system=row.id, secret=declared.secret is not None)


def add_reference(db: Session, organisation: OrganisationRow, variant: str, actor: str) -> SystemRow:
    """Add the harness's own agency, to try the console out.

    Raises:
        ConfigurationError: it has no such defect.
    """
    if variant and variant not in kinds():
        raise ConfigurationError("candidate.unknown-defect", name=variant)
    product = _product(db, organisation, _REFERENCE_PRODUCT, variant)
    row = SystemRow(
        organisation_id=organisation.id,
        product_id=product.id,
        kind=REFERENCE,
        variant=variant,
        declaration="",
        created=time.time(),
        program_allowed=False,
    )
    db.add(row)
    db.flush()
    note_change(db, actor, "system.added", candidate_word(row), organisation=organisation.name, system=row.id)
    return row


def candidate_word(row: SystemRow) -> str:
    """Return how the command line names the reference agency."""
    return f"{REFERENCE}:{row.variant}" if row.variant else REFERENCE


def state_of(row: SystemRow) -> str:
    """Return the digest of a system's declaration as it is now."""
    return digest_of(row.declaration, row.secret, row.variant)


def driver_kind(row: SystemRow) -> str:
    """Return the kind of a system's driver."""
    return REFERENCE if row.kind == REFERENCE else str(kept(row.declaration).driver.__struct_config__.tag)


def capabilities_of(row: SystemRow) -> frozenset[str]:
    """Return what a system is declared to be able to do."""
    return frozenset(CAPABILITIES) if row.kind == REFERENCE else frozenset(kept(row.declaration).capabilities)


def check_reachable(row: SystemRow, allowed: str) -> None:
    """Check that a run or the doctor may go where a system is.

    Raises:
        ConfigurationError: its driver's address is not allowed, or its program is not.
    """
    if row.kind == REFERENCE:
        return
    driver = kept(row.declaration).driver
    if isinstance(driver, HttpDriverDeclaration):
        check_allowed(driver.url, allowed)
    if isinstance(driver, CommandDriverDeclaration) and not row.program_allowed:
        raise ConfigurationError("console.program-refused")


def prepared(row: SystemRow, vault: SecretVault, folder: Path) -> tuple[str, dict[str, str]]:
    """Make a system ready for a process.

    Args:
        row: the system.
        vault: with its secret.
        folder: where its declaration is written, without the secret.

    Returns:
        The word or path by which the command line names it, and what the environment of the process has to hold.
    """
    if row.kind == REFERENCE:
        return candidate_word(row), {}
    candidate = kept(row.declaration)
    path = folder / FILE_NAME
    variable = SECRET_VARIABLE if row.secret is not None else None
    path.write_text(written(candidate, secret_variable=variable, evidence=EVIDENCE), encoding="utf-8")
    return str(path), {SECRET_VARIABLE: vault.opened(row.secret)} if row.secret is not None else {}


def _declare(
    db: Session, vault: SecretVault, row: SystemRow, organisation: OrganisationRow, declared: DeclaredSystem
) -> None:
    product = declared.candidate.candidate
    row.product_id = _product(db, organisation, product.name, product.version).id
    row.declaration = declared.file
    if declared.secret is not None:
        row.secret = vault.closed(declared.secret)


def _product(db: Session, organisation: OrganisationRow, name: str, version: str) -> ProductRow:
    wanted = select(ProductRow).where(
        ProductRow.organisation_id == organisation.id, ProductRow.name == name, ProductRow.version == version
    )
    known = db.scalars(wanted).first()
    if known is not None:
        return known
    made = ProductRow(organisation_id=organisation.id, name=name[:200], version=version[:100], created=time.time())
    db.add(made)
    db.flush()
    return made


def _called(declared: DeclaredSystem) -> str:
    product = declared.candidate.candidate
    return f"{product.name} {product.version}".strip()

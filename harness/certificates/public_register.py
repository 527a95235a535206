"""The public register in machine-readable forms: JSON, CSV, an Atom feed, and the signed snapshot."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import msgspec
from lxml import etree

from harness.catalogue.texts import Language, text
from harness.certificates.authority import CertificationAuthority
from harness.certificates.badge import AREA
from harness.certificates.certificate_record import CertificateRecord
from harness.certificates.document import Certificate
from harness.certificates.issue import moment_text
from harness.certificates.life import LifeAct, LifeState
from harness.certificates.signed_documents import signed
from harness.certificates.snapshot_content import RegisterSnapshot, SnapshotEntry, UnlistedEntry
from harness.journal.recorder import VIETNAM

_ATOM = "http://www.w3.org/2005/Atom"
# Spreadsheets treat a cell that begins with one of these as a formula, also after white space, which some drop.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_COLUMNS = (
    "number", "state", "since", "holder", "product", "versions", "organ_id", "organ_name", "profile", "issued",
    "valid_until", "replaces", "replaced_by",
)  # fmt: skip
_MOST_NEWS = 100
_LIVING = (LifeState.ACTIVE, LifeState.SUSPENDED)
_CONFIDENTIAL = (LifeAct.CONSENT, LifeAct.RETRACT_CONSENT)
REMINDERS = (60, 30, 7)
"""Days before the last day of a certificate at which its end is announced."""
_NAMES: Any = {None: _ATOM}


def snapshot_of(
    records: Iterable[CertificateRecord], authority: CertificationAuthority, at: datetime
) -> RegisterSnapshot:
    """Return the register at a moment; it contains only certificates that are published and valid as signed.

    Of a certificate whose holder took the consent back it gives the number and the state alone, so that who has the
    paper can still check it.

    Args:
        records: all certificates.
        authority: owner of the register.
        at: the moment.
    """
    records = list(records)
    entries = [entry for record in records if (entry := _entry(record, at)) is not None]
    unlisted = [hidden for record in records if (hidden := _unlisted(record, at)) is not None]
    return RegisterSnapshot(
        body=authority.identity.name,
        register=authority.terms.register,
        at=moment_text(at),
        entries=tuple(sorted(entries, key=lambda entry: (entry.issued, entry.number))),
        unlisted=tuple(sorted(unlisted, key=lambda entry: entry.number)),
    )


def _entry(record: CertificateRecord, at: datetime) -> SnapshotEntry | None:
    life, certificate = record.life, record.certificate.content
    if life is None or record.problems or not life.published:
        return None
    return SnapshotEntry(
        number=certificate.number,
        sha256=record.certificate.sha256,
        state=life.state(at),
        since=life.since(at),
        holder=certificate.holder,
        product=certificate.product.name,
        versions=(certificate.product.version, *life.versions),
        organ_id=certificate.agency.organ_id,
        organ_name=certificate.agency.organ_name,
        profile=f"{certificate.profile.id} {certificate.profile.version}",
        issued=certificate.issued,
        valid_until=certificate.valid_until,
        life=tuple(act.decode() for act in record.acts),
        replaces=certificate.replaces.number if certificate.replaces else "",
        replaced_by=life.successor,
    )


def _unlisted(record: CertificateRecord, at: datetime) -> UnlistedEntry | None:
    life, certificate = record.life, record.certificate
    if life is None or record.problems or not life.unlisted:
        return None
    return UnlistedEntry(
        number=certificate.content.number, sha256=certificate.sha256, state=life.state(at), since=life.since(at)
    )


def register_json(snapshot: RegisterSnapshot) -> bytes:
    """Return the register as JSON, equal to the content of the signed snapshot."""
    return msgspec.json.format(msgspec.json.encode(snapshot), indent=1) + b"\n"


def register_jws(snapshot: RegisterSnapshot, authority: CertificationAuthority) -> bytes:
    """Return the register as a snapshot signed by the authority."""
    return signed(snapshot, authority.key)


def register_csv(snapshot: RegisterSnapshot) -> bytes:
    """Return the register as CSV (RFC 4180, UTF-8 with a byte order mark, which spreadsheets need for Vietnamese)."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(_COLUMNS)
    for entry in snapshot.entries:
        content = msgspec.to_builtins(entry)
        rows.writerow([_cell(content[name]) for name in _COLUMNS])
    return b"\xef\xbb\xbf" + written.getvalue().encode("utf-8", "replace")


def register_atom(
    snapshot: RegisterSnapshot, records: Sequence[CertificateRecord], language: Language, base: str
) -> bytes:
    """Return the latest acts in the register, and the certificates that end soon, as an Atom feed (RFC 4287), newest
    first.

    Args:
        snapshot: of the register.
        records: of the certificates in it; others are ignored.
        language: of the titles.
        base: address of the register.
    """
    living = {entry.number: entry.state in _LIVING for entry in snapshot.entries}
    listed = [record for record in records if record.certificate.content.number in living]
    news = [one for record in listed for one in _acts(record, language)]
    for record in listed:
        if living[record.certificate.content.number]:
            news += _reminders(record, snapshot.at, language)
    news.sort(key=lambda one: (one.at, one.mark), reverse=True)
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap=_NAMES)
    _add(feed, "id", base)
    _add(feed, "title", f"{text(AREA, 'feed', language)}: {snapshot.body}")
    _add(feed, "updated", news[0].at if news else snapshot.at)
    _link(feed, base)
    for one in news[:_MOST_NEWS]:
        entry = etree.SubElement(feed, f"{{{_ATOM}}}entry")
        _add(entry, "id", f"{base}/{one.number}#{one.mark}")
        _add(entry, "title", one.title)
        _add(entry, "updated", one.at)
        _link(entry, f"{base}/{one.number}")
        _add(_add(entry, "author", ""), "name", snapshot.body)
        _add(entry, "summary", one.summary)
    written: bytes = etree.tostring(feed, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return written


@dataclass(frozen=True, slots=True)
class RegisterNews:
    """One entry of the feed; `mark` tells it from the others of its certificate."""

    at: str
    number: str
    mark: str
    title: str
    summary: str


def _acts(record: CertificateRecord, language: Language) -> Iterator[RegisterNews]:
    certificate = record.certificate.content
    for act in record.life.entries if record.life else ():
        said = text(AREA, f"act.{act.act}", language)
        title = f"{certificate.number}: {said}{' ' if act.detail else ''}{act.detail} ({_product(certificate)})"
        # How consent was given or taken back is between the holder and the body.
        summary = "" if act.act in _CONFIDENTIAL else act.reason
        yield RegisterNews(act.at, certificate.number, str(act.sequence), title, summary)


def _reminders(record: CertificateRecord, at: str, language: Language) -> Iterator[RegisterNews]:
    """Yield a reminder for each of the steps before the last day that are reached at a moment."""
    certificate = record.certificate.content
    for days in REMINDERS:
        day = datetime.combine(certificate.last_day - timedelta(days=days), time(), VIETNAM)
        if day <= datetime.fromisoformat(at):
            said = text(AREA, "expires", language, day=f"{certificate.last_day:%d/%m/%Y}", days=days)
            title = f"{certificate.number}: {said} ({_product(certificate)})"
            yield RegisterNews(moment_text(day), certificate.number, f"expires-{days:02d}", title, "")


def _product(certificate: Certificate) -> str:
    return f"{certificate.product.name} {certificate.product.version}"


def found(snapshot: RegisterSnapshot, words: str, state: str = "") -> list[SnapshotEntry]:
    """Return the entries that contain all words, ignoring case, newest first.

    Args:
        snapshot: of the register.
        words: separated by blanks; each must occur in number, holder, product, version or agency.
        state: that the entries must have; empty for any.
    """
    wanted = words.casefold().split()
    return [
        entry
        for entry in reversed(snapshot.entries)
        if (not state or entry.state == state) and all(word in _searched(entry) for word in wanted)
    ]


def _searched(entry: SnapshotEntry) -> str:
    parts = (entry.number, entry.holder, entry.product, *entry.versions, entry.organ_id, entry.organ_name)
    return "\n".join(parts).casefold()


def _cell(value: object) -> str:
    """Return the text of a cell, changed so that no spreadsheet treats it as a formula."""
    words = ", ".join(value) if isinstance(value, list | tuple) else str(value)
    words = words.replace("\0", "")
    return f"'{words}" if words.lstrip().startswith(_FORMULA) or words.startswith(_FORMULA) else words


def _add(parent: etree._Element, name: str, words: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{_ATOM}}}{name}")
    child.text = "".join(sign if _allowed(sign) else "�" for sign in words) or None
    return child


def _allowed(sign: str) -> bool:
    """Return whether XML 1.0 allows a character."""
    code = ord(sign)
    return code in {0x9, 0xA, 0xD} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


def _link(parent: etree._Element, address: str) -> None:
    _add(parent, "link", "").set("href", address)

"""Hostile packages for export: the ones that scenarios deliver, with placeholders for canary and trap."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from harness.catalogue.parameters import Limits
from harness.catalogue.profiles import DEFAULT_PROFILE, load_profile
from harness.crypto.testpki.pki import Pki
from harness.edxml.model import Organization
from harness.scenarios.testdata import Document, SeededData, SeededFile, peers_of
from harness.vectors.hostile.files import BOMBS, ENTRIES, NAMES
from harness.vectors.hostile.markup import EXHAUSTING, FETCHING
from harness.vectors.hostile.signatures import (
    GOOD_PACKAGE,
    GOOD_PDF,
    TAMPERED_PACKAGES,
    TAMPERED_PDFS,
    WRONGLY_SIGNED_PACKAGES,
    WRONGLY_SIGNED_PDFS,
    ForgedPackage,
    ForgedPdf,
    of_sender,
)
from harness.vectors.hostile.vector import CanaryTargets, HostileVector

GOOD_KEY = "good"
_BAIT = CanaryTargets(lambda label: f"http://127.0.0.1:9/lienthong/{label}", PurePosixPath("/tmp/lienthong-trap"))  # noqa: S108
_RECEIVER = Organization("000.00.00.H41", "UBND tỉnh Nghệ An")
_PIECES: tuple[HostileVector, ...] = (*FETCHING, *EXHAUSTING, *BOMBS, *ENTRIES, *NAMES)
_PACKAGES = (*TAMPERED_PACKAGES, *WRONGLY_SIGNED_PACKAGES)
_PDFS = (*TAMPERED_PDFS, *WRONGLY_SIGNED_PDFS)
REQUIREMENTS: tuple[str, ...] = tuple(sorted({one.requirement for one in _PIECES} | {one.requirement for one in _PDFS}))


@dataclass(frozen=True, slots=True)
class Sample:
    """One package; `key` names its note, or is `good`; `name` is fit for a file."""

    name: str
    key: str
    content: bytes


def sample_keys() -> tuple[str, ...]:
    """Return the keys of all hostile packages; `harness.vectors.hostile.vector.why` tells what each is about."""
    forged = {*(one.key for one in _PACKAGES), *(one.key for one in _PDFS)}
    return tuple(sorted(forged.union(one.key for one in _PIECES)))


def sample_for(key: str, now: datetime, pki: Pki, receiver: Organization, seed: int) -> bytes:
    """Return the hostile package called `key`, with its own receiver and number.

    Args:
        key: one of `sample_keys`.
        now: time at which the document is made and signed, with a zone.
        pki: signs it.
        receiver: to whom it goes.
        seed: of its content; another one gives another document.

    Raises:
        KeyError: there is none of that name.
    """
    maker = _Maker(pki, now, receiver, seed)
    made: dict[str, Callable[[], bytes]] = {one.key: partial(maker.twisted, one) for one in _PIECES}
    made |= {one.key: partial(maker.forged, one) for one in _PACKAGES}
    made |= {one.key: partial(maker.with_forged, one) for one in _PDFS}
    return made[key]()


def samples(requirement: str, now: datetime, pki: Pki) -> tuple[Sample, ...]:
    """Return the packages of one requirement, none for others than `REQUIREMENTS`.

    Args:
        requirement: id.
        now: time at which documents are made and signed, with a zone.
        pki: signs them.
    """
    maker = _Maker(pki, now)
    pieces = [vector for vector in _PIECES if vector.requirement == requirement]
    made = [Sample(vector.name, vector.key, maker.twisted(vector)) for vector in pieces]
    return (*made, *maker.signed(requirement))


class _Maker:
    def __init__(self, pki: Pki, now: datetime, receiver: Organization = _RECEIVER, seed: int = 0) -> None:
        self._material = SeededData(seed, pki, receiver.organ_name)
        self._chance = self._material.choice("samples")
        self._receiver = receiver
        self._sender = peers_of(load_profile(DEFAULT_PROFILE).parameters.identifiers, receiver.organ_id)["ministry"]
        self._pki = of_sender(pki, self._sender.organ_name)
        self._now = now

    def twisted(self, vector: HostileVector) -> bytes:
        attachment = vector.example(_BAIT)
        good = self._document() if attachment is None else self._document((), attachments=(attachment,))
        return vector.twist(good.content, _BAIT)

    def signed(self, requirement: str) -> Iterator[Sample]:
        packages = [one for one in _PACKAGES if one.requirement == requirement]
        pdfs = [one for one in _PDFS if one.requirement == requirement]
        if packages:
            yield Sample("package", GOOD_KEY, GOOD_PACKAGE.build(self._document().content, self._pki, _limits()))
            yield Sample("pdf", GOOD_KEY, self._with_pdf(GOOD_PDF.build(self._pki, self._now)))
        for package in packages:
            yield Sample(f"package-{package.name}", package.key, self.forged(package))
        for pdf in pdfs:
            yield Sample(f"pdf-{pdf.name}", pdf.key, self.with_forged(pdf))

    def forged(self, package: ForgedPackage) -> bytes:
        return package.forgery.build(self._document().content, self._pki, _limits())

    def with_forged(self, pdf: ForgedPdf) -> bytes:
        return self._with_pdf(pdf.forgery.build(self._pki, self._now))

    def _with_pdf(self, content: bytes) -> bytes:
        return self._document((SeededFile("cong-van.pdf", content),)).content

    def _document(self, files: tuple[SeededFile, ...] | None = None, **changes: Any) -> Document:
        chosen = (SeededFile("van-ban.pdf", self._material.pdf(self._chance)),) if files is None else files
        return self._material.document(self._chance, self._sender, self._receiver, chosen, **changes)


def _limits() -> Limits:
    return load_profile(DEFAULT_PROFILE).parameters.limits

"""What is known of the certificates that a profile trusts: the government CA's are known by their fingerprints."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.catalogue.findings import clipped
from harness.catalogue.lint import LintProblem
from harness.catalogue.profile_file import read_profile
from harness.catalogue.profile_place import find_profile
from harness.crypto.chains.certificates import facts_of, load
from harness.crypto.chains.published import Recognition, recognised
from harness.crypto.chains.trust import certificates_of
from harness.crypto.revocation_fetcher import addresses_of

_KINDS = ("trust_anchors", "intermediates")


@dataclass(frozen=True, slots=True)
class TrustNote:
    """What is to be known of one certificate of a profile.

    Attributes:
        path, line: where the profile names its file.
        file: as named there.
        subject: its name for people.
        sha256: its fingerprint in hex, capitals.
        recognition: which published certificate it is, or seems to be; None where it resembles none of them.
        ocsp, crls: addresses that it names, and those that go with the published one.
    """

    path: Path
    line: int
    file: str
    subject: str
    sha256: str
    recognition: Recognition | None
    ocsp: tuple[str, ...]
    crls: tuple[str, ...]

    @property
    def likeness(self) -> str:
        """How it is like a published certificate, in a stable word; `other` where it is not."""
        return self.recognition.likeness if self.recognition else "other"


def trust_notes(name: str) -> Iterator[TrustNote]:
    """Yield what is known of each anchor and intermediate that a profile names.

    Args:
        name: of a shipped profile, or the path of a file or folder.

    Raises:
        ConfigurationError: the profile, or a file that it names, cannot be read.
    """
    content, located = read_profile(find_profile(name))
    for kind in _KINDS:
        for index, file in enumerate(getattr(content.parameters.signatures, kind)):
            path, line = located.place(("parameters", "signatures", kind, index))
            for der in certificates_of(path.parent / file):
                yield _note(path, line, file, der)


def not_as_published(notes: Iterable[TrustNote]) -> Iterator[LintProblem]:
    """Yield the certificates that bear the name of a published one and are another."""
    for note in notes:
        found = note.recognition
        if found is not None and found.likeness == "name-only":
            certificate = {"file": note.file, "subject": clipped(note.subject), "sha256": note.sha256}
            yield LintProblem("not-as-published", note.path, note.line, {**certificate, "published": found.of.sha256})


def _note(path: Path, line: int, file: str, der: bytes) -> TrustNote:
    found = recognised(der)
    ocsp, crls = addresses_of(load(der))
    if found is not None and found.likeness != "name-only":
        ocsp, crls = tuple(dict.fromkeys((*ocsp, *found.of.ocsp))), tuple(dict.fromkeys((*crls, *found.of.crls)))
    digest = hashlib.sha256(der).hexdigest().upper()
    return TrustNote(path, line, file, facts_of(der).subject, digest, found, ocsp, crls)

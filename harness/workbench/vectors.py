"""All packages that can be delivered for a test, by name: those that are wrong in one way, and those that look so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from harness.catalogue.parameters import Limits
from harness.catalogue.texts import LANGUAGES, Language, finding_text
from harness.crypto.testpki.pki import Pki
from harness.edxml.model import Organization
from harness.journal.recorder import VIETNAM
from harness.scenarios.hostile_samples import sample_for, sample_keys
from harness.vectors.hostile.vector import why
from harness.vectors.packages.base import DocumentIdentity
from harness.vectors.registry import all_vectors
from harness.vectors.signed import signed_names, signed_vector
from harness.workbench.declined import Declined


@dataclass(frozen=True, slots=True)
class VectorEntry:
    """One package that can be delivered.

    Attributes:
        name: unique, `HDR-01/no-sender`.
        group: what it is about, `HDR-01`.
        good: whether it is right.
        code: of the finding that it brings, empty for a right or a hostile one.
        why: in a sentence, by language.
    """

    name: str
    group: str
    good: bool
    code: str
    why: Mapping[Language, str]


@cache
def vector_entries() -> Mapping[str, VectorEntry]:
    """Return all packages by name, those about one requirement together."""
    entries = [
        VectorEntry(key, vector.requirement, vector.code is None, vector.code or "", _words(vector.why))
        for key, vector in all_vectors().items()
    ]
    for name, codes in signed_names().items():
        said = {language: " ".join(finding_text(code, "explain", language) for code in codes) for language in LANGUAGES}
        entries.append(VectorEntry(name, name.partition("/")[0], not codes, ", ".join(codes), said))
    for key in sample_keys():
        said = {language: why(key, language) for language in LANGUAGES}
        entries.append(VectorEntry(key, key.partition("/")[0], False, "", said))
    return {entry.name: entry for entry in entries}


def _words(say: Callable[[Language], str]) -> Mapping[Language, str]:
    return {language: say(language) for language in LANGUAGES}


def vector_entry(name: str) -> VectorEntry:
    """Return one entry.

    Raises:
        Declined: there is none of that name.
    """
    entry = vector_entries().get(name)
    if entry is None:
        raise Declined("unknown-vector", 404, name=name)
    return entry


def vector_content(name: str, identity: DocumentIdentity, pki: Pki, limits: Limits, seed: int) -> bytes:
    """Return the bytes of one package.

    Args:
        name: of an entry.
        identity: who sends it to whom; hostile packages are the harness's ministry's.
        pki: signs what has to be signed.
        limits: of the reader that packages are signed by.
        seed: of what a hostile package says besides.

    Raises:
        Declined: there is none of that name.
    """
    vector_entry(name)
    vector = all_vectors().get(name)
    if vector is not None:
        return vector.written(identity)
    if name in signed_names():
        return signed_vector(name, identity, pki, limits)
    receiver = Organization(*identity.receiver)
    return sample_for(name, datetime.now(VIETNAM), pki, receiver, seed)

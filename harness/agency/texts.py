"""Sentences that other agencies and the clerk read. They are Vietnamese, as the exchange is."""

import unicodedata

from harness.catalogue.findings import Finding, clipped
from harness.catalogue.texts import finding_text, text

_LONGEST_REASON = 400
_LONGEST_HEADER = 200


class NotDone(Exception):
    """A command of the driver that is not carried out.

    Attributes:
        kind: `refused` when the system rightly refuses, `failed` otherwise.
        key: of the sentence in the message file.
    """

    def __init__(self, kind: str, key: str, /, **parameters: object) -> None:
        super().__init__(words(key, **parameters))
        self.kind = kind
        self.key = key


def refused(key: str, /, **parameters: object) -> NotDone:
    """Return the exception for a command that the system rightly refuses."""
    return NotDone("refused", key, **parameters)


def failed(key: str, /, **parameters: object) -> NotDone:
    """Return the exception for a command that is wrong or cannot be carried out."""
    return NotDone("failed", key, **parameters)


def words(key: str, /, **parameters: object) -> str:
    """Return a sentence of the message file `agency`, with its values shortened and escaped."""
    shown = {name: clipped(str(value)) for name, value in parameters.items()}
    return text("agency", key, "vi", **shown)


def complaint(finding: Finding) -> str:
    """Return a finding in words, or as code and values where its text is not written yet."""
    parameters = {**finding.parameters, "expected": finding.expected, "received": finding.received}
    try:
        said = finding_text(finding.code, "message", "vi", **parameters)
    except KeyError:
        said = f"{finding.received} ({finding.expected})"
    return clipped(f"{finding.code}: {said}", _LONGEST_REASON)


def ascii_words(words: str) -> str:
    """Return a sentence in the form that a header line allows: letters without their marks, one line, not too long."""
    bare = words.replace("đ", "d").replace("Đ", "D")
    parted = unicodedata.normalize("NFD", bare).encode("ascii", "ignore").decode()
    return " ".join("".join(sign if sign.isprintable() else " " for sign in parted).split())[:_LONGEST_HEADER].rstrip()

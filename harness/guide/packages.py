"""The two packages of the worked example: a document, and the status that answers it."""

from dataclasses import replace
from datetime import datetime

from harness.catalogue.codes import StatusCode
from harness.edxml.layout import OPERATOR
from harness.guide.files import Annotation, annotations, snippet_files, worked_example
from harness.journal.recorder import VIETNAM
from harness.resources import folder
from harness.vectors.packages import base
from harness.vectors.packages.base import DocumentIdentity, Particulars
from harness.vectors.packages.files import pdf

# A page cannot show a carriage return; the one that the protocol asks for is mentioned in words.
_LAYOUT = replace(OPERATOR, line_end="\n")
_ADAPTER_FILES = ("adapter.py", "candidate.yaml")
DOCUMENT_FILE, STATUS_FILE = "document.edxml", "status.edxml"


def moment() -> datetime:
    """Return the time at which everything in the example happens."""
    return datetime.fromisoformat(worked_example().moment).replace(tzinfo=VIETNAM)


def document() -> bytes:
    """Return the document package, with one small PDF file."""
    return base.document(_document_identity()).laid_out(_LAYOUT).written()


def status() -> bytes:
    """Return the status package by which the receiver reports that the document has arrived."""
    one, answered = worked_example(), _document_identity()
    identity = DocumentIdentity(
        sender=(one.receiver.organ_id, one.receiver.organ_name),
        receiver=answered.sender,
        day=answered.day,
        earlier=answered.document_id,
    )
    return base.status(identity, StatusCode.ARRIVED, "Văn bản đã đến").laid_out(_LAYOUT).written()


def sample_files() -> dict[str, bytes]:
    """Return the files that a vendor may copy, by name: both packages, the code that signs, the adapter's skeleton."""
    packages = {DOCUMENT_FILE: document(), STATUS_FILE: status()}
    adapter = folder("fixtures") / "adapter"
    copied = (*snippet_files(), *(adapter / name for name in _ADAPTER_FILES))
    return packages | {path.name: path.read_bytes() for path in copied}


def annotated(name: str, package: bytes) -> list[tuple[Annotation, str]]:
    """Cut a package at the elements that there is something to say about.

    Args:
        name: of the notes.
        package: whose lines are cut; put together again the parts are the package.

    Raises:
        LookupError: an element is not there, or not in that order.
    """
    rest, parts = package.decode("utf-8"), []
    notes = annotations(name)
    for note, following in zip(notes, (*notes[1:], None), strict=True):
        end = len(rest) if following is None else _start(rest, following.element)
        parts.append((note, rest[:end]))
        rest = rest[end:]
    return parts


def _start(text: str, element: str) -> int:
    """Return where the line of an element begins, in text that does not begin with it."""
    place = text.find(f"<{element}", 1)
    if place < 0:
        raise LookupError(element)
    return text.rfind("\n", 0, place) + 1


def _document_identity() -> DocumentIdentity:
    one = worked_example()
    return DocumentIdentity(
        sender=(one.sender.organ_id, one.sender.organ_name),
        receiver=(one.receiver.organ_id, one.receiver.organ_name),
        number=one.number,
        notation=one.notation,
        day=moment().date(),
        particulars=Particulars(files=(("cong-van.pdf", pdf()),)),
    )

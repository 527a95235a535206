"""A run whose packages are kept, for tests of the duties over a whole record."""

import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

from harness.catalogue.profiles import load_profile
from harness.catalogue.texts import LANGUAGES, finding_text
from harness.crypto.chains.trust import Trust
from harness.edxml.model import (
    Code,
    DocumentPackage,
    DocumentType,
    Organization,
    OtherInfo,
    StatusPackage,
)
from harness.edxml.packages import write_package
from harness.journal import Event
from harness.judge.duties.facts import RunFacts
from harness.judge.package_inspector import PackageInspector
from harness.vectors.packages.base import DocumentIdentity, package
from tests.judge.timed_evidence import GOT, SENT, TimedEvidence

PROFILE = load_profile()
AGENCY = ("000.00.00.H41", "UBND tỉnh Nghệ An")
MINISTRY = ("000.00.00.G22", "Văn phòng Chính phủ")
FILE = ("cong-van.pdf", 3, "ab")
INCOMING = package(DocumentIdentity(day=date(2026, 11, 23), sender=MINISTRY, receiver=AGENCY))
LONG = "Tờ trình về kế hoạch bảo vệ khu vực trọng điểm"


class Run(TimedEvidence):
    """Evidence of a run whose packages are kept."""

    def __init__(self, driver: str = "http") -> None:
        super().__init__()
        self.blobs: dict[str, bytes] = {}
        self.inspector = PackageInspector(PROFILE, self.blobs.__getitem__, Trust())
        agency = {"organ_id": AGENCY[0], "organ_name": AGENCY[1]}
        peers = [{"organ_id": MINISTRY[0], "code102": "G22"}]
        self.note("run.started", driver=driver, candidate={"agency": agency}, peers=peers)

    def keep(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self.blobs[digest] = content
        return digest

    @property
    def facts(self) -> RunFacts:
        return RunFacts(self, PROFILE, self.blobs.__getitem__)

    def deliver(self, document: str = GOT, said: DocumentPackage = INCOMING, *, good: bool = True, **data: Any) -> None:
        blob = self.keep(write_package(replace(said, document_id=document)))
        files = [{"name": FILE[0], "size": FILE[1], "sha256": FILE[2]}]
        self.note("stimulus", good=good, document_id=document, sender=MINISTRY[0], blob=blob, files=files, **data)

    def order(self, **changes: Any) -> dict[str, Any]:
        to = [{"organ_id": MINISTRY[0], "organ_name": MINISTRY[1]}]
        arguments = {
            "to": to, "code_number": "17", "code_notation": "UBND-VP", "type_name": "Công văn", "subject": LONG,
            "content": "Nội dung", "priority": 0, "operation": "new",
            "attachments": [{"name": "a.pdf", "sha256": self.pdf}], **changes,
        }  # fmt: skip
        self.note("driver", command="send", arguments=arguments, result={"document_id": SENT})
        return arguments

    @property
    def pdf(self) -> str:
        return hashlib.sha256(OUTGOING.attachments[0].content).hexdigest()

    def leave(self, sent: DocumentPackage | StatusPackage, receivers: tuple[str, ...] = (MINISTRY[0],)) -> Event:
        blob = self.keep(write_package(sent))
        known: dict[str, Any] = {"kind": "document", "document_id": getattr(sent, "document_id", None)}
        if isinstance(sent, StatusPackage):
            named = sent.response_for
            known = {
                "kind": "status",
                "status_code": sent.status_code,
                "response_for": {"document_id": named.document_id},
            }
        request = self.call("sendEdoc", package={**known, "sha256": blob, "blob": blob})
        self.answer(request, {"accepted": {"receivers": list(receivers)}})
        return request


OUTGOING = replace(
    INCOMING,
    from_=Organization(*AGENCY),
    to=(Organization(*MINISTRY),),
    code=Code("17", "UBND-VP"),
    document_id=SENT,
    document_type=DocumentType("2", "Công văn"),
    subject=LONG,
    content="Nội dung",
    other_info=OtherInfo(priority="0"),
    attachments=tuple(replace(one, name="a.pdf") for one in INCOMING.attachments[:1]),
    trace_headers=tuple(replace(one, organ_id=AGENCY[0]) for one in INCOMING.trace_headers[:1]),
    response_for=(),
    bussiness=None,
)


def codes(found: Any) -> list[str]:
    assert isinstance(found, list)
    for one in found:
        said = {**one.parameters, "expected": one.expected, "received": one.received}
        assert all(finding_text(one.code, "message", language, **said) for language in LANGUAGES)
    return [one.code for one in found]


def row(document: str = GOT, **changes: Any) -> dict[str, Any]:
    files = [{"name": FILE[0], "size": FILE[1], "sha256": FILE[2]}]
    return {"document_id": document, "subject": INCOMING.subject, "state": "arrived", "attachments": files, **changes}

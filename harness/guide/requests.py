"""The calls of the worked example, as bytes on the wire."""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from harness.guide import packages
from harness.guide.files import WorkedParty, worked_example
from harness.vxp.hashing import hash_file, with_trailer
from harness.vxp.operations import OPERATIONS, REGISTRATION, HubOperation, Operation
from harness.vxp.signing import signed_headers
from harness.vxp.timestamps import timestamp

Pairs = tuple[tuple[str, str], ...]
SERVICE: Pairs = (("servicetype", "eDoc"),)
DOCUMENTS: Pairs = (*SERVICE, ("messagetype", "edoc"))
STATUSES: Pairs = (*SERVICE, ("messagetype", "status"))


@dataclass(frozen=True, slots=True)
class WorkedCall:
    """One call of the example.

    Attributes:
        key: its name: the operation, and a word where the operation is called more than once.
        caller: the system that calls.
        parameters: in the order in which they are signed.
        body: what is sent.
        file: the package in the body, without the line end behind it.
        gives: id that stands for the one that the hub makes up in its answer, empty where it makes none.
        secret: that the call is signed with, None for the caller's own.
    """

    key: str
    caller: WorkedParty
    parameters: Pairs = ()
    body: bytes = b""
    file: bytes | None = None
    gives: str = ""
    secret: str | None = None

    @property
    def operation(self) -> Operation:
        """What is called."""
        return OPERATIONS[self.key.partition("-")[0]]

    def headers(self, parameters: Pairs) -> list[tuple[str, str]]:
        """Return the signed header lines of the call with these parameters."""
        return signed_headers(
            parameters,
            system_id=self.caller.system_id,
            secret=self.secret or self.caller.secret,
            timestamp=timestamp(packages.moment()),
            content_type=self.operation.content_type,
        )

    def head(self) -> str:
        """Return request line and header lines as sent, without the empty line that ends them."""
        address = urlsplit(worked_example().endpoint)
        lines = [f"{self.operation.method} {address.path}/{self.operation.name} HTTP/1.1", f"Host: {address.netloc}"]
        lines += [f"{name}: {value}" for name, value in self.headers(self.parameters)]
        if self.operation.method == "POST":
            lines.append(f"Content-Length: {len(self.body)}")
        return "\n".join(lines)


def steps() -> tuple[WorkedCall, ...]:
    """Return every call of the example, in an order in which a hub can answer them."""
    one = worked_example()
    a, b = one.sender, one.receiver
    return (
        WorkedCall(HubOperation.GET_AGENCIES_LIST, a),
        WorkedCall(HubOperation.REGISTER_AGENCY, a, body=_registration()),
        WorkedCall(HubOperation.GET_AGENCIES_LIST_QD20, a, (("level", "1"),)),
        _sent("sendEdoc-secret", a, packages.document(), DOCUMENTS, one.refused_id, secret="mot-khoa-khac"),  # noqa: S106 - a wrong one on purpose
        _sent("sendEdoc-from", a, packages.document(), DOCUMENTS, one.refused_id, sender=a.organ_id),
        _sent(HubOperation.SEND_EDOC, a, packages.document(), DOCUMENTS, one.sent_id, to=(b.organ_id,)),
        WorkedCall(HubOperation.COUNT_RECEIVE_EDOC, b, body=b"{}"),
        WorkedCall(HubOperation.GET_RECEIVED_EDOC_LIST, b, DOCUMENTS, gives=one.received_id),
        WorkedCall(HubOperation.GET_EDOC, b, (("docId", one.received_id),), b"{}"),
        WorkedCall(HubOperation.DOWNLOAD_EDOC, b, (("docId", one.received_id),)),
        WorkedCall(
            HubOperation.UPDATE_STATUS, b,
            (("docId", one.received_id), ("status", "done"), ("description", one.reason)), b"{}",
        ),
        _sent("sendEdoc-status", b, packages.status(), STATUSES, one.answer_id),
        WorkedCall(HubOperation.GET_SENT_EDOC_LIST, a, (*DOCUMENTS, ("docId", one.sent_id))),
        WorkedCall(HubOperation.COUNT_RECEIVE_STATUS, a, body=b"{}"),
        WorkedCall("getReceivedEdocList-status", a, STATUSES, gives=one.status_id),
        WorkedCall("updateStatus-status", a, (("docId", one.status_id), ("status", "done")), b"{}"),
        WorkedCall(HubOperation.DELETE_AGENCY, a, (("AgencyCode", one.subordinate[0]),), b"{}"),
        WorkedCall(HubOperation.GET_SYNCHRONIZE_UNIT, a),
    )  # fmt: skip


def step(key: str) -> WorkedCall:
    """Return one call of the example by its name."""
    return next(one for one in steps() if one.key == key)


def _sent(
    key: str,
    caller: WorkedParty,
    package: bytes,
    kind: Pairs,
    gives: str,
    *,
    sender: str = "",
    to: tuple[str, ...] = (),
    secret: str | None = None,
) -> WorkedCall:
    parameters = (*kind, ("hash-file", hash_file(package)), ("from", sender or caller.system_id))
    if to:
        parameters += (("to", json.dumps(to, separators=(",", ":"))),)
    return WorkedCall(key, caller, parameters, with_trailer(package), package, gives, secret)


def _registration() -> bytes:
    one = worked_example()
    members = dict.fromkeys(REGISTRATION, "") | {
        "pcode": one.sender.organ_id,
        "code": one.subordinate[0],
        "name": one.subordinate[1],
    }
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode("utf-8")

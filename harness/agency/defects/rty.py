"""Defects in what is done when the hub is in trouble."""

from harness.agency.gallery import defect
from harness.agency.sender import Sender
from harness.agency.store.queue import Outgoing
from harness.edxml.identifiers import parse_document_id
from harness.vxp.failures import TransportFailed, VxpFailure


@defect("second-document-on-resend", breaks="RTY-02")
class SecondDocumentOnResend(Sender):
    """Sends a document whose answer was lost again as another one: a letter more in the number and the DocumentId."""

    _lost: frozenset[int] = frozenset()

    def after(self, outgoing: Outgoing, failure: VxpFailure) -> float | None:
        if isinstance(failure, TransportFailed) and failure.code in {"lost", "cut"}:
            self._lost |= {outgoing.id}
        return super().after(outgoing, failure)

    def package_of(self, outgoing: Outgoing) -> str:
        parts = parse_document_id(outgoing.document_id)
        if outgoing.id not in self._lost or outgoing.messagetype == "status" or parts is None:
            return super().package_of(outgoing)
        package, number = self.store.content(outgoing.package), parts.number.encode()
        other = number + b"A"
        return self.store.keep(
            package.replace(b",%s/" % number, b",%s/" % other).replace(b">%s<" % number, b">%s<" % other)
        )

"""Why a call to the hub did not succeed: one type per kind, so that a caller decides by type and code."""

from typing import Literal

from harness.vxp.answers import BrokenCode

LossCode = Literal["refused", "timeout", "lost", "cut", "tls", "too-large", "other"]


class VxpFailure(Exception):
    """A call that did not succeed.

    Attributes:
        operation: the operation called.
        http_status: status of the HTTP answer, None when there was none.
        retry_after: seconds to wait as the hub asked, None when it did not ask.
    """

    def __init__(
        self,
        operation: str,
        detail: str,
        *,
        http_status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{operation}: {detail}")
        self.operation = operation
        self.http_status = http_status
        self.retry_after = retry_after


class Unsendable(VxpFailure):
    """A parameter cannot be written as a header line; nothing was sent, and no other try will help.

    Attributes:
        key: name of the parameter, or empty.
    """

    def __init__(self, operation: str, key: str) -> None:
        super().__init__(operation, f"parameter {key!r} cannot be sent")
        self.key = key


class TransportFailed(VxpFailure):
    """No whole HTTP answer came; the hub may have done what was asked, or not.

    Attributes:
        code: `refused` no connection, `timeout`, `lost` connection lost, `cut` answer cut, `tls` certificate
            or handshake, `too-large` answer over the limit, `other`.
    """

    def __init__(self, operation: str, code: LossCode, detail: str) -> None:
        super().__init__(operation, f"{code}: {detail}")
        self.code = code


class HttpFailed(VxpFailure):
    """The HTTP status says failure, or redirects, and the body is no answer of the hub's."""

    def __init__(self, operation: str, http_status: int, retry_after: float | None) -> None:
        detail = f"HTTP status {http_status}"
        super().__init__(operation, detail, http_status=http_status, retry_after=retry_after)


class AnswerFailed(VxpFailure):
    """The HTTP status says success, but the body is not the answer of this operation.

    Attributes:
        code: what is wrong with it.
        detail: the member it is about.
    """

    def __init__(self, operation: str, code: BrokenCode, detail: str, http_status: int) -> None:
        super().__init__(operation, f"{code} {detail}", http_status=http_status)
        self.code = code
        self.detail = detail


class Refused(VxpFailure):
    """The hub refused, in words of its own.

    Attributes:
        code: its error number as text.
        description: its text, not clipped: escape it before it is shown.
        doc_id: the id of a refused `sendEdoc`, empty otherwise.
    """

    def __init__(
        self,
        operation: str,
        code: str,
        description: str,
        *,
        doc_id: str = "",
        http_status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        detail = f"refused with {code}: {description}"
        super().__init__(operation, detail, http_status=http_status, retry_after=retry_after)
        self.code = code
        self.description = description
        self.doc_id = doc_id

"""The operations of the hub as data: method, content type, body and parameters of each.

Source: the protocol as recorded from the hub operator's own client, table of calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

PREFIX = "XroadVnpt-"
JSON = "application/json"
OCTETS = "application/octet-stream"
VERSION = "3.0.201608"

BodyKind = Literal["json", "dummy", "empty", "package", "none"]
AnswerKind = Literal["plain", "list", "package", "count", "sent", "file"]


class HubOperation(StrEnum):
    """The operations of the binding, by the last part of their URL: the one place where their names are written."""

    REGISTER_AGENCY = "registerAgency"
    DELETE_AGENCY = "deleteAgency"
    GET_AGENCIES_LIST = "getAgenciesList"
    GET_AGENCIES_LIST_QD20 = "getAgenciesListQD20"
    GET_SYNCHRONIZE_UNIT = "getSynchronizeUnit"
    SEND_EDOC = "sendEdoc"
    GET_RECEIVED_EDOC_LIST = "getReceivedEdocList"
    GET_SENT_EDOC_LIST = "getSentEdocList"
    GET_EDOC = "getEdoc"
    DOWNLOAD_EDOC = "downloadEdoc"
    UPDATE_STATUS = "updateStatus"
    COUNT_RECEIVE_EDOC = "countReceiveEdoc"
    COUNT_RECEIVE_STATUS = "countReceiveStatus"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation, sent as the header `XroadVnpt-<key>`.

    Attributes:
        key: name without prefix; header names ignore case.
        values: the allowed values, None where any text is allowed.
        required: whether a call without it is wrong.
    """

    key: str
    values: tuple[str, ...] | None = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        name: last part of the URL.
        method: HTTP method.
        content_type: of the request, signed as a parameter too.
        body: `json` an object with content, `dummy` the text `{}`, `empty` no bytes but a Content-Length,
            `package` a file followed by CRLF, `none` a GET without body.
        answer: what the answer carries beside status, ErrorCode and ErrorDesc.
        parameters: in the order in which the operator's description names them.
        row: members of one entry of `data`, for answers of kind `list`.
    """

    name: HubOperation
    method: Literal["GET", "POST"]
    content_type: str
    body: BodyKind
    answer: AnswerKind
    parameters: tuple[Parameter, ...] = ()
    row: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """Keys that every call must carry."""
        return tuple(parameter.key for parameter in self.parameters if parameter.required)


TRANSPORT_STATES = ("done", "fail", "processing")
_SERVICE = Parameter("servicetype", ("eDoc",))
_MESSAGE = Parameter("messagetype", ("edoc", "status"))
_ITEM = Parameter("docId")

RECEIVED_ROW = (
    "docId", "serviceType", "messageType", "created_time", "updated_time", "from", "to", "status",
    "status_desc",
)  # fmt: skip
SENT_ROW = (
    "serviceType", "receiverDocId", "toCode", "receiveStatus", "receiveStatusDesc", "title", "messageType",
    "notation", "receivedTime", "sentTime", "sendStatus", "sendStatusDesc", "senderDocId", "fromCode",
)  # fmt: skip
AGENCY_ROW = ("id", "pid", "code", "name", "mail", "oldCode")
AGENCY_QD20_ROW = ("id", "code", "name", "mail", "code102")
UNIT_ROW = (
    "id", "pid", "code", "name", "mail", "version", "centerCode", "deleted", "modifyDate", "isAgency",
)  # fmt: skip
REGISTRATION = ("id", "pcode", "code", "name", "mail", "mobile", "fax")

_TABLE = (
    Operation(HubOperation.REGISTER_AGENCY, "POST", JSON, "json", "plain"),
    Operation(HubOperation.DELETE_AGENCY, "POST", JSON, "dummy", "plain", (Parameter("AgencyCode"),)),
    Operation(HubOperation.GET_AGENCIES_LIST, "POST", JSON, "empty", "list", row=AGENCY_ROW),
    Operation(
        HubOperation.GET_AGENCIES_LIST_QD20, "POST", JSON, "empty", "list", (Parameter("level"),), AGENCY_QD20_ROW,
    ),
    Operation(HubOperation.GET_SYNCHRONIZE_UNIT, "POST", JSON, "empty", "list", row=UNIT_ROW),
    Operation(
        HubOperation.SEND_EDOC, "POST", OCTETS, "package", "sent",
        (Parameter("from"), _SERVICE, _MESSAGE, Parameter("to", required=False), Parameter("hash-file")),
    ),
    Operation(HubOperation.GET_RECEIVED_EDOC_LIST, "POST", JSON, "empty", "list", (_SERVICE, _MESSAGE), RECEIVED_ROW),
    Operation(HubOperation.GET_SENT_EDOC_LIST, "POST", JSON, "empty", "list", (_SERVICE, _MESSAGE, _ITEM), SENT_ROW),
    Operation(HubOperation.GET_EDOC, "POST", JSON, "dummy", "package", (_ITEM, Parameter("filePath", required=False))),
    Operation(HubOperation.DOWNLOAD_EDOC, "GET", JSON, "none", "file", (_ITEM,)),
    Operation(
        HubOperation.UPDATE_STATUS, "POST", JSON, "dummy", "plain",
        (_ITEM, Parameter("status", TRANSPORT_STATES), Parameter("description", required=False)),
    ),
    Operation(HubOperation.COUNT_RECEIVE_EDOC, "POST", JSON, "dummy", "count"),
    Operation(HubOperation.COUNT_RECEIVE_STATUS, "POST", JSON, "dummy", "count"),
)  # fmt: skip

OPERATIONS: Mapping[str, Operation] = MappingProxyType({operation.name: operation for operation in _TABLE})
PARAMETER_KEYS = frozenset(parameter.key.lower() for operation in _TABLE for parameter in operation.parameters)

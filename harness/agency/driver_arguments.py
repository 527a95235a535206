"""Arguments of the driver's commands. Unknown members are ignored; missing ones are None."""

from typing import Literal

import msgspec


class Nothing(msgspec.Struct, frozen=True):
    """No arguments."""


class Configure(msgspec.Struct, frozen=True):
    """Who the system is and which hub it talks to; see the driver protocol."""

    endpoint: str | None = None
    system_id: str | None = None
    secret: str | None = None
    organ_id: str | None = None
    organ_name: str | None = None
    poll_interval: float | None = None
    hub_trust_anchors_pem: str | None = None
    signer_trust_anchors_pem: str | None = None


class OrganArgument(msgspec.Struct, frozen=True):
    """An agency, and the one above it where it is registered."""

    organ_id: str
    organ_name: str = ""
    parent: str | None = None


class AttachmentArgument(msgspec.Struct, frozen=True):
    """A file to be attached."""

    name: str
    content_base64: str


class Send(msgspec.Struct, frozen=True):
    """A document or an operation to be sent."""

    subject: str
    code_number: str | int
    code_notation: str
    to: list[OrganArgument] | None = None
    type_name: str | None = None
    content: str | None = None
    priority: int | None = None
    attachments: list[AttachmentArgument] | None = None
    operation: Literal["new", "recall", "update", "replace"] = "new"
    target: str | None = None
    reason: str | None = None
    receivers_added: list[str] | None = None
    receivers_removed: list[str] | None = None
    classification: str | None = None


class Decide(msgspec.Struct, frozen=True):
    """A step of handling a received document."""

    document_id: str
    action: str
    reason: str | None = None


class TakeBack(msgspec.Struct, frozen=True):
    """A document to be asked back from one receiver."""

    document_id: str
    organ_id: str
    reason: str | None = None


class Register(msgspec.Struct, frozen=True):
    """Agencies to be registered at the hub."""

    agencies: list[OrganArgument]

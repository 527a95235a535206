"""What a package carries beside its header: an attachment, and what the manifest says of it; as plain values."""

from dataclasses import dataclass

from harness.edxml.names import CONTENT_ID_SCHEME


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry of the manifest; `content_id` begins with `cid:`."""

    content_id: str = ""
    content_type: str = ""
    name: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment as carried: `content` is the decoded base64, packed or raw as `content_type` says.

    Attributes:
        content_id: as carried, usually with `cid:` in front.
        name: the name the clerk gave the file.
        content_type: what the bytes are said to be.
        content: the bytes carried.
        description: the clerk's words.
        listed: the manifest has an entry for it.
        reference: that entry where it says something else than this attachment; None: it says the same.
    """

    content_id: str
    name: str
    content_type: str
    content: bytes
    description: str = ""
    listed: bool = True
    reference: Reference | None = None

    @property
    def own_reference(self) -> Reference:
        """The entry of the manifest that says what this attachment says."""
        return Reference(
            content_id=f"{CONTENT_ID_SCHEME}{content_key(self.content_id)}",
            content_type=self.content_type,
            name=self.name,
            description=self.description,
        )


def content_key(content_id: str) -> str:
    """Return `content_id` without its `cid:`, which some writers leave out: what entries are matched by."""
    return content_id.removeprefix(CONTENT_ID_SCHEME)

"""How a reference hub is set up: limits, mode, and the code it answers for every reason of refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from harness.catalogue.codes import RefusalReason
from harness.catalogue.parameters import Limits
from harness.catalogue.profiles import Profile, load_profile
from harness.vxp.signing import ProblemCode

Mode = Literal["verbatim", "rebuild"]

# A caller who can change any of these could change what the hub does in another's name.
SIGNATURE_PROBLEMS: frozenset[ProblemCode] = frozenset(
    {
        "missing", "header-twice", "hash-mismatch", "not-utf8", "not-json", "not-object", "member-twice",
        "member-not-text", "member-differs", "member-without-header", "member-without-prefix", "key-list-differs",
        "key-with-prefix", "unsigned",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What the hub says for one reason: error number and its ASCII text."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSettings:
    """Settings of one hub.

    Attributes:
        errors: number and text for every reason of refusal.
        limits: of packages that are read.
        mode: `verbatim` hands on the bytes received; `rebuild` writes every package again and adds a TraceHeader.
        host, port: address to listen on; port 0 takes a free one.
        path: first part of every operation's path.
        data: folder that keeps everything; None keeps it in memory.
        organ_id: the hub's own id in the TraceHeader it adds.
        body_bytes: largest request body.
        unsigned_bytes: most of a body that is read before its caller's signed headers are found right.
        headers: most header lines of a request.
        header_bytes: largest size of all header lines together.
        header_seconds, body_seconds: how long a peer may take for its header lines, and be silent in its body.
        keep_alive_seconds: how long an idle connection stays open; longer than the longest poll interval, so
            that the hub never closes a connection in the moment a client uses it again.
        unknown_receivers: `refuse` refuses a package of which any receiver is unknown; `deliver-to-known`
            only one of which all are.
        closed_receivers: whether a document to a closed code is refused, or goes to the successor.
        described: whether `/openapi.json` describes the hub; where every request is evidence, nothing is but the calls.
        refused_problems: signature problems that make the hub refuse a call as unauthenticated.
    """

    errors: Mapping[RefusalReason, ErrorText]
    limits: Limits
    mode: Mode = "verbatim"
    host: str = "127.0.0.1"
    port: int = 0
    path: str = "/vxp"
    data: Path | None = None
    organ_id: str = "00.00.W00"
    body_bytes: int = 256 * 1024 * 1024
    unsigned_bytes: int = 64 * 1024
    headers: int = 200
    header_bytes: int = 128 * 1024
    header_seconds: float = 30.0
    body_seconds: float = 60.0
    keep_alive_seconds: int = 660
    unknown_receivers: Literal["refuse", "deliver-to-known"] = "refuse"
    closed_receivers: Literal["refuse", "successor"] = "refuse"
    described: bool = True
    refused_problems: frozenset[ProblemCode] = field(default=SIGNATURE_PROBLEMS)

    @classmethod
    def of(cls, profile: Profile | None = None, **changes: Any) -> "HubSettings":
        """Return the settings that a profile asks for, with changes.

        Args:
            profile: None for the default one.
            changes: any attribute of the settings.

        Raises:
            ConfigurationError: the default profile cannot be read.
        """
        profile = profile or load_profile()
        hub = profile.parameters.hub
        errors: dict[Any, ErrorText] = {
            reason: ErrorText(code, hub.error_codes[code].text)
            for reason, code in hub.codes.items()
            if code in hub.error_codes
        }
        given: dict[str, Any] = {
            "errors": errors,
            "limits": profile.parameters.limits,
            "mode": hub.mode,
            "body_bytes": hub.body_bytes,
            "unsigned_bytes": hub.unsigned_bytes,
            "headers": hub.headers,
            "closed_receivers": hub.closed_receivers,
        }
        return cls(**(given | changes))

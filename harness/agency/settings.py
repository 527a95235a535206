"""Settings of an agency system: who it is, which hub it uses, how long it waits."""

from dataclasses import dataclass, field
from pathlib import Path

from harness.catalogue.profiles import DEFAULT_PROFILE, Profile

RUN_VARIABLE = "LIENTHONG_DRIVER"
"""Environment variable that has the same value at every start of a program by one driver: a program that was killed can
find its data by it."""


@dataclass(frozen=True, slots=True)
class AgencyTiming:
    """Times in seconds.

    Attributes:
        poll_interval: from one look into a list to the next.
        give_up: how long an answer may be silent before the call is given up.
        first_pause: before the second try of anything that failed.
        longest_pause: pauses double up to here.
        longest_wait: the most that a `Retry-After` of the hub is obeyed for.
    """

    poll_interval: float = 1.0
    give_up: float = 10.0
    first_pause: float = 0.25
    longest_pause: float = 4.0
    longest_wait: float = 600.0


@dataclass(frozen=True, slots=True)
class AgencySettings:
    """Settings of one agency system. An empty text is not known yet: the system waits for `configure`.

    Attributes:
        endpoint: address of the hub, with or without a slash at the end.
        system_id: id of the calling system.
        secret: its secret, used as text.
        organ_id: OrganId of the agency.
        organ_name: its name.
        timing: times in seconds.
        hub_trust_anchors_pem: the only roots trusted for an https endpoint; empty: the machine's own.
        signer_trust_anchors_pem: roots trusted for signatures, besides the profile's.
        profile: the profile whose rules and code lists hold, or its name or path.
        data: folder of everything that must survive; None: a temporary one, removed at the end.
        calls_at_once: most calls under way at a time, polling not counted.
    """

    endpoint: str = ""
    system_id: str = ""
    secret: str = field(default="", repr=False)
    organ_id: str = ""
    organ_name: str = ""
    timing: AgencyTiming = field(default_factory=AgencyTiming)
    hub_trust_anchors_pem: str = ""
    signer_trust_anchors_pem: str = ""
    profile: str | Profile = DEFAULT_PROFILE
    data: Path | None = None
    calls_at_once: int = 8

    @property
    def complete(self) -> bool:
        """Whether enough is known to talk to the hub."""
        return all((self.endpoint, self.system_id, self.secret, self.organ_id, self.organ_name))

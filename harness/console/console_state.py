"""The state that a running console shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from harness.catalogue.errors import ConfigurationError
from harness.console.certification.certifier import Certifier
from harness.console.data.database import ConsoleDatabase
from harness.console.openid.provider import OpenIdProvider
from harness.console.subjects.addresses import LOOPBACK
from harness.console.subjects.vault import SecretVault

RUNS = "runs"


@dataclass(frozen=True, slots=True)
class ConsoleState:
    """State shared by pages and runs.

    Attributes:
        data: folder of the console.
        database: of the console.
        vault: secrets of systems.
        program: beginning of a command line that calls this project; runs are its verbs.
        local: whether only this machine reaches the console.
        openid: identity provider with which people may sign in, None for none.
        environment: variables that its programs have.
        certifier: certification body and laboratory; None if there is no authority's key.
        laboratory: public key of the laboratory whose seal runs of other machines must have; None where they need none.
        secure: whether browsers reach it by https, so that cookies are sent by https only.
    """

    data: Path
    database: ConsoleDatabase
    vault: SecretVault
    program: tuple[str, ...]
    local: bool = True
    secure: bool = False
    openid: OpenIdProvider | None = field(default=None, repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    certifier: Certifier | None = field(default=None, repr=False)
    laboratory: ec.EllipticCurvePublicKey | None = None

    @property
    def allowed_by_default(self) -> str:
        """Addresses to which runs may go until an administrator sets them: this machine only, if the console is
        local."""
        return LOOPBACK if self.local else ""

    @property
    def runs(self) -> Path:
        """Folder of all runs."""
        return self.data / RUNS

    @property
    def certifying(self) -> Certifier:
        """Certification body and laboratory.

        Raises:
            ConfigurationError: there is no authority's key.
        """
        if self.certifier is None:
            raise ConfigurationError("authority.none")
        return self.certifier

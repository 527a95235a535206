"""What a console works with while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.console.certification.certifier import Certifier
from harness.console.data.database import ConsoleDatabase
from harness.console.openid.provider import OpenIdProvider
from harness.console.subjects.addresses import LOOPBACK
from harness.console.subjects.vault import SecretVault

RUNS = "runs"


@dataclass(frozen=True, slots=True)
class ConsoleState:
    """What pages and runs share.

    Attributes:
        data: folder of the console.
        database: what it keeps.
        vault: secrets of systems.
        program: command that begins the command line of this project, whose verbs runs are.
        local: whether only this machine reaches the console.
        openid: identity provider by which people may sign in, None for none.
        environment: variables that its programs have.
        certifier: by whom is certified; None where there is no authority's key.
        secure: whether browsers reach it by https, so that cookies are for https alone.
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
        """By whom is certified.

        Raises:
            ConfigurationError: there is no authority's key.
        """
        if self.certifier is None:
            raise ConfigurationError("authority.none")
        return self.certifier

"""Secrets of systems: kept encrypted by a key beside the database, never shown again."""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from harness.catalogue.errors import ConfigurationError

KEY_FILE = "console.key"


class SecretVault:
    """Encrypts and decrypts secrets by the key of one console."""

    def __init__(self, data: Path) -> None:
        """Read the key, or make it.

        Raises:
            ConfigurationError: it cannot be read or written, or is no key.
        """
        path = data / KEY_FILE
        try:
            data.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "wb") as file:
                    file.write(Fernet.generate_key())
            self._fernet = Fernet(path.read_bytes())
        except (OSError, ValueError) as error:
            raise ConfigurationError("console.key", path=path, detail=error) from error
        self._path = path

    def closed(self, secret: str) -> bytes:
        """Return a secret as it is kept."""
        return self._fernet.encrypt(secret.encode("utf-8"))

    def opened(self, kept: bytes) -> str:
        """Return a kept secret in clear.

        Raises:
            ConfigurationError: it was encrypted by another key.
        """
        try:
            return self._fernet.decrypt(kept).decode("utf-8")
        except InvalidToken as error:
            raise ConfigurationError("console.key", path=self._path, detail="InvalidToken") from error

"""The failure that a user can correct: a wrong file, a wrong key, a wrong word on the command line."""

from pathlib import Path


class ConfigurationError(Exception):
    """Something the user gave is wrong; exit status 2.

    Args:
        code: stable code; its sentence is in `profiles/messages/errors.yaml`.
        path: the file it is in, if any.
        line: line in that file, from 1.
        parameters: values named by the sentence.
    """

    def __init__(
        self, code: str, /, *, path: Path | None = None, line: int | None = None, **parameters: object
    ) -> None:
        super().__init__(code)
        self.code = code
        self.path = path
        self.line = line
        self.parameters = {name: str(value) for name, value in parameters.items()}

    def __str__(self) -> str:
        values = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.place}{self.code}({values})"

    @property
    def place(self) -> str:
        """Its place, as a prefix of a sentence: `file:line: `, `file: ` or nothing."""
        if self.path is None:
            return ""
        return f"{self.path}: " if self.line is None else f"{self.path}:{self.line}: "

"""The failure that a person can mend: a wrong file, a wrong key, a wrong word on the command line."""

from pathlib import Path


class ConfigurationError(Exception):
    """Something the user gave is wrong; exit status 2.

    Args:
        code: stable code; its sentence is in `profiles/messages/errors.yaml`.
        path: the file it stands in, if any.
        line: line in that file, from 1.
        parameters: values named by the sentence.
    """

    def __init__(self, code: str, *, path: Path | None = None, line: int | None = None, **parameters: object) -> None:
        super().__init__(code)
        self.code = code
        self.path = path
        self.line = line
        self.parameters = {name: str(value) for name, value in parameters.items()}

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}: " if self.path and self.line else f"{self.path}: " if self.path else ""
        values = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{place}{self.code}({values})"

"""The text of a file that the user may have written."""

from pathlib import Path

from harness.catalogue.errors import ConfigurationError

LARGEST_FILE = 1024 * 1024


def text_of(path: Path) -> str:
    """Return the text of a file.

    Raises:
        ConfigurationError: the file is missing, unreadable, too large, or not UTF-8.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigurationError("file.unreadable", path=path, detail=error.strerror or error) from error
    except ValueError as error:
        raise ConfigurationError("file.unreadable", path=path, detail=error) from error
    if len(content) > LARGEST_FILE:
        raise ConfigurationError("file.too-large", path=path, limit=LARGEST_FILE)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigurationError("file.not-utf8", path=path, line=line, detail=error.reason) from error

"""Errors as sentences for people."""

from pathlib import Path

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.findings import clipped
from harness.catalogue.texts import Language, text


def sentence_of(error: ConfigurationError, language: Language) -> str:
    """Return what is wrong, where, and what to do."""
    values = {name: clipped(value) for name, value in error.parameters.items()}
    if error.code == "console.setting":
        values["name"] = _label(values["name"], language)
    place = "" if error.path is None else f"{Path(error.path).name}:{error.line}: " if error.line else ""
    try:
        return place + text("errors", error.code, language, **values)
    except KeyError:
        return place + f"{error.code} {values}"


def _label(setting: str, language: Language) -> str:
    """Return what the page of settings calls one."""
    try:
        return text("console", f"setting.{setting}", language)
    except KeyError:
        return setting

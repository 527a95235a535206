"""A declaration as a form and as a file: both hold the same, and are checked by the reader of candidate.yaml."""

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import msgspec
import yaml

from harness.catalogue.candidate import (
    Candidate,
    CommandDriverDeclaration,
    HttpDriverDeclaration,
    ManualDriverDeclaration,
    load_candidate,
)
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.requirements import Capability
from harness.console.subjects.default_profile import default_profile
from harness.doctor.declaration import check_declaration

FILE_NAME = "candidate.yaml"
SECRET_VARIABLE = "LIENTHONG_CANDIDATE_SECRET"  # noqa: S105 - the name of a variable
CAPABILITIES: tuple[str, ...] = get_args(Capability)
DRIVERS = ("http", "command", "manual", "passive")
LARGEST = 64 * 1024  # bytes of a file
_TIMES = ("poll_interval", "reaction", "give_up")
# What a form has for each text of the file: section and key.
_TEXTS: Mapping[str, tuple[str, str]] = {
    "name": ("candidate", "name"),
    "version": ("candidate", "version"),
    "vendor": ("candidate", "vendor"),
    "organ_id": ("agency", "organ_id"),
    "organ_name": ("agency", "organ_name"),
    "system_id": ("agency", "system_id"),
}
_LEFT_OUT_WHEN_BLANK = frozenset({"version", "vendor", "system_id"})


@dataclass(frozen=True, slots=True)
class DeclaredSystem:
    """A declaration that was found right, and the secret that was in it.

    Attributes:
        candidate: the declaration without its secret.
        secret: None where none was given.
        sent: the file as it was sent, with its comments and without the line of its secret; None where there was none,
            or where the secret cannot be taken out by its line.
    """

    candidate: Candidate
    secret: str | None = None
    sent: str | None = None

    @property
    def file(self) -> str:
        """The declaration as candidate.yaml, without its secret."""
        return self.sent or written(self.candidate)


def read_file(content: bytes) -> DeclaredSystem:
    """Read a declaration as a file.

    Raises:
        ConfigurationError: something in it is wrong, with the line; or it asks for something of this machine.
    """
    if len(content) > LARGEST:
        raise ConfigurationError("console.file-too-large", most=LARGEST)
    with tempfile.TemporaryDirectory(prefix="lienthong-") as folder:
        path = Path(folder) / FILE_NAME
        path.write_bytes(content)
        try:
            return _checked(path)
        except ConfigurationError as error:
            place = None if error.path is None else Path(FILE_NAME)
            raise ConfigurationError(error.code, path=place, line=error.line, **error.parameters) from None


def read_form(fields: Mapping[str, Sequence[str]]) -> DeclaredSystem:
    """Read a declaration as a form.

    Args:
        fields: values by the names of the form; see `form_of`.

    Raises:
        ConfigurationError: as for a file.
    """

    def one(name: str) -> str:
        return (fields.get(name) or [""])[0].strip()

    content: dict[str, Any] = {"schema": "lienthong.candidate/1", "candidate": {}, "agency": {}}
    for name, (section, key) in _TEXTS.items():
        if one(name) or name not in _LEFT_OUT_WHEN_BLANK:
            content[section][key] = one(name)
    if one("secret"):
        content["agency"]["secret"] = one("secret")
    chosen = set(fields.get("capability") or ())
    content["capabilities"] = [name for name in CAPABILITIES if name in chosen]
    content["driver"] = _driver(one("driver"), one("url"), (fields.get("argv") or [""])[0])
    content["timing"] = {name: _number(one(name)) for name in _TIMES if one(name)}
    declared = read_file(yaml.safe_dump(content, allow_unicode=True, sort_keys=False).encode("utf-8"))
    return replace(declared, sent=None)


def read_declared(candidate: Candidate) -> DeclaredSystem:
    """Check a declaration that a program sent, by the reader of the file.

    Raises:
        ConfigurationError: something in it is wrong; without a line, as there is none.
    """
    try:
        return replace(read_file(written(candidate).encode("utf-8")), sent=None)
    except ConfigurationError as error:
        raise ConfigurationError(error.code, path=None, line=None, **error.parameters) from None


def form_of(candidate: Candidate) -> dict[str, Any]:
    """Return what the form shows of a declaration: a text a field, and the capabilities that are ticked."""
    content = msgspec.to_builtins(candidate)
    shown: dict[str, Any] = {name: content[section][key] or "" for name, (section, key) in _TEXTS.items()}
    shown |= {name: _plain(content["timing"][name]) for name in _TIMES}
    driver = candidate.driver
    shown["driver"] = str(driver.__struct_config__.tag)
    shown["url"] = driver.url if isinstance(driver, HttpDriverDeclaration) else ""
    shown["argv"] = "\n".join(driver.argv) if isinstance(driver, CommandDriverDeclaration) else ""
    shown["capabilities"] = list(candidate.capabilities)
    return shown


def empty_form() -> dict[str, Any]:
    """Return what the form shows before anything is declared."""
    names = (*_TEXTS, *_TIMES, "url", "argv")
    return {**dict.fromkeys(names, ""), "driver": "http", "capabilities": []}


def typed_form(fields: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return what was typed, to be shown once more beside what is wrong with it."""
    shown = {name: (fields.get(name) or [""])[0] for name in empty_form()}
    return {**shown, "capabilities": list(fields.get("capability") or ())}


def written(candidate: Candidate, *, secret_variable: str | None = None, evidence: str | None = None) -> str:
    """Return a declaration as candidate.yaml.

    Args:
        candidate: without a secret.
        secret_variable: of the environment in which a run finds the secret.
        evidence: folder of what a person who moves the product shows with answers.
    """
    content = _without_nothing(msgspec.to_builtins(candidate))
    if evidence is not None and isinstance(candidate.driver, ManualDriverDeclaration):
        content["driver"]["evidence"] = evidence
    if secret_variable is not None:
        content["agency"]["secret_env"] = secret_variable
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)


def kept(file: str) -> Candidate:
    """Return the declaration of a file that was found right before."""
    return msgspec.convert(yaml.safe_load(file), Candidate, strict=True)


def digest_of(file: str, secret: bytes | None, variant: str = "") -> str:
    """Return a digest of a system's declaration; the doctor's answer holds for one declaration only."""
    return hashlib.sha256("\0".join((file, (secret or b"").hex(), variant)).encode("utf-8")).hexdigest()


def _checked(path: Path) -> DeclaredSystem:
    candidate, located = load_candidate(path)
    if candidate.agency.secret_env is not None:
        raise _misplaced("console.secret-env", located.place(("agency", "secret_env")))
    driver = candidate.driver
    if isinstance(driver, ManualDriverDeclaration) and driver.answers is not None:
        raise _misplaced("console.answers", located.place(("driver", "answers")))
    if isinstance(driver, ManualDriverDeclaration) and driver.evidence is not None:
        raise _misplaced("console.answers", located.place(("driver", "evidence")))
    if isinstance(driver, HttpDriverDeclaration) and "@" in _netloc(driver.url):
        raise _misplaced("console.url-login", located.place(("driver", "url")))
    try:
        check_declaration(candidate, located, default_profile(), {})
    except ConfigurationError as error:
        # Whether its program exists is checked when a run begins; saying so before would reveal files of this machine.
        if error.code != "candidate.program-missing":
            raise
    secret = candidate.agency.secret
    bare = msgspec.structs.replace(candidate, agency=msgspec.structs.replace(candidate.agency, secret=None))
    line = None if secret is None else located.place(("agency", "secret"))[1]
    return DeclaredSystem(bare, secret, _as_sent(path.read_bytes(), line, secret, bare))


def _as_sent(content: bytes, line: int | None, secret: str | None, bare: Candidate) -> str | None:
    """Return a file without the line of its secret, if what is left says the same and the secret is nowhere in it."""
    try:
        lines = content.decode("utf-8").splitlines(keepends=True)
        if line is not None:
            del lines[line - 1]
        text = "".join(lines)
        same = kept(text) == bare
    except (UnicodeDecodeError, IndexError, yaml.YAMLError, msgspec.ValidationError):
        return None
    return text if same and (secret is None or secret not in text) else None


def _netloc(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _misplaced(code: str, place: tuple[Path, int]) -> ConfigurationError:
    return ConfigurationError(code, path=place[0], line=place[1])


def _driver(kind: str, url: str, argv: str) -> dict[str, Any]:
    driver: dict[str, Any] = {"kind": kind}
    if kind == "http":
        driver["url"] = url
    if kind == "command":
        driver["argv"] = [word for word in (line.strip("\r") for line in argv.split("\n")) if word]
    return driver


def _number(text: str) -> float | str:
    """Return a number as typed, with a comma or a point; the reader says what is wrong with anything else."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _without_nothing(content: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not given, so that the file says no more than was declared."""
    sections = {
        key: {name: value for name, value in part.items() if value is not None} if isinstance(part, dict) else part
        for key, part in content.items()
    }
    for name in ("version", "vendor"):
        if not sections["candidate"][name]:
            del sections["candidate"][name]
    if not sections["timing"]:
        del sections["timing"]
    sections["capabilities"] = list(sections["capabilities"])
    return sections

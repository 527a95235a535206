"""The software bill of materials of the harness as it is installed here: CycloneDX 1.6, JSON."""

import re
import uuid
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Any

from harness import __version__
from harness.catalogue.errors import ConfigurationError

PROJECT = "lienthong-harness"
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")
_LONGEST_LICENCE = 100


def bill_of_materials(program: str, at: str) -> dict[str, Any]:
    """Return what the harness is made of: itself and every library that its runs may load, with versions.

    Args:
        program: digest of the harness.
        at: moment, ISO 8601.

    Raises:
        ConfigurationError: the harness is not installed, so that nobody knows which libraries are its own.
    """
    try:
        own = distribution(PROJECT)
    except PackageNotFoundError as error:
        raise ConfigurationError("accreditation.not-installed") from error
    found: dict[str, Distribution] = {}
    _gather(own, found)
    libraries = {name: one for name, one in sorted(found.items()) if name != PROJECT}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, program + at)}",
        "version": 1,
        "metadata": {"timestamp": at, "component": _itself(program)},
        "components": [_component(name, one) for name, one in libraries.items()],
        "dependencies": [
            {"ref": _address(name, one), "dependsOn": sorted(_address(key, found[key]) for key in _needs(one, found))}
            for name, one in sorted(found.items())
        ],
    }


def _gather(one: Distribution, found: dict[str, Distribution]) -> None:
    """Gather what a distribution needs; what only extras ask for is not its own."""
    found[_plain(one.name)] = one
    for name in _required(one):
        if name not in found:
            try:
                needed = distribution(name)
            except PackageNotFoundError:  # for another system, or another Python
                continue
            _gather(needed, found)


def _required(one: Distribution) -> Iterator[str]:
    for written in one.requires or ():
        name = _NAME.match(written)
        if name is not None and "extra ==" not in written.partition(";")[2]:
            yield _plain(name[0])


def _needs(one: Distribution, found: dict[str, Distribution]) -> set[str]:
    return {name for name in _required(one) if name in found}


def _itself(program: str) -> dict[str, Any]:
    address = f"pkg:pypi/{PROJECT}@{__version__}"
    digest = {"alg": "SHA-256", "content": program}
    return {"type": "application", "bom-ref": address, "name": PROJECT, "version": __version__, "hashes": [digest]}


def _component(name: str, one: Distribution) -> dict[str, Any]:
    address = _address(name, one)
    component = {"type": "library", "bom-ref": address, "name": name, "version": one.version, "purl": address}
    stated = one.metadata.json
    licence = str(stated.get("license_expression") or stated.get("license") or "")
    if licence and len(licence) <= _LONGEST_LICENCE and "\n" not in licence:
        return component | {"licenses": [{"license": {"name": licence}}]}
    return component


def _address(name: str, one: Distribution) -> str:
    return f"pkg:pypi/{name}@{__version__ if name == PROJECT else one.version}"


def _plain(name: str) -> str:
    """Return a name as the index of Python's packages compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()

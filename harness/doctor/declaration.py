"""Checks of the declaration alone: nothing is called, nothing is started."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from urllib.parse import urlsplit

from harness.catalogue.candidate import (
    Candidate,
    CommandDriverDeclaration,
    HttpDriverDeclaration,
    ManualDriverDeclaration,
    secret_of,
    times_of,
)
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile
from harness.catalogue.yaml_reader import Located
from harness.doctor.checks import Trouble
from harness.drivers.manual.answer_file import load_answers
from harness.edxml.identifiers import codes_upwards, organ_form
from harness.journal.redaction import SHORTEST_SECRET

PEER_SYSTEM = "harness.peers"
_LONGEST_SYSTEM_ID = 128
_FIRST_SIGN, _LAST_SIGN = "!", "~"

Environment = Mapping[str, str]
Finder = Callable[[Candidate, Located, Profile, Environment], Iterator[ConfigurationError]]


def check_declaration(candidate: Candidate, located: Located, profile: Profile, environment: Environment) -> None:
    """Make all checks of a declaration.

    Args:
        candidate: the declaration.
        located: where each part of it is.
        profile: its parameters hold.
        environment: variables, of which a declaration may name one, and whose `PATH` finds programs.

    Raises:
        ConfigurationError: the first thing found wrong, with file and line.
    """
    for find in FINDERS.values():
        for error in find(candidate, located, profile, environment):
            raise error


def _identifiers(
    candidate: Candidate, located: Located, profile: Profile, _: Environment
) -> Iterator[ConfigurationError]:
    agency = candidate.agency
    path, line = located.place(("agency", "organ_id"))
    form = organ_form(agency.organ_id, profile.parameters.identifiers)
    if form is None:
        yield ConfigurationError("candidate.organ-id", path=path, line=line, value=agency.organ_id)
    if form == "hub":
        yield ConfigurationError("candidate.organ-is-hub", path=path, line=line, value=agency.organ_id)
    if not agency.organ_name.strip():
        path, line = located.place(("agency", "organ_name"))
        yield ConfigurationError("candidate.organ-name-blank", path=path, line=line)
    if agency.system_id is not None:
        path, line = located.place(("agency", "system_id"))
        if not _fits_a_header(agency.system_id):
            yield ConfigurationError("candidate.system-id", path=path, line=line, value=agency.system_id)
        if agency.system_id == PEER_SYSTEM:
            yield ConfigurationError("candidate.system-taken", path=path, line=line, value=agency.system_id)


def closed_code(candidate: Candidate, located: Located, profile: Profile, day: date) -> Iterator[Trouble]:
    """Note that the agency's code does not hold on a day, by the profile's list; a run is still possible."""
    listed = profile.parameters.code_lists.agencies
    value = candidate.agency.organ_id
    code = next((one for one in codes_upwards(value) if one in listed), None)
    if code is None or organ_form(value, profile.parameters.identifiers) not in {"old", "new"}:
        return
    path, line = located.place(("agency", "organ_id"))
    agency = listed[code]
    parameters = {"value": value, "code": code, "name": agency.name, "successor": agency.replaced_by or "-"}
    if agency.closed_before(day):
        parameters["bound"] = f"{agency.valid_to:%d/%m/%Y}"
        yield Trouble("candidate.code-closed", note=True, parameters=parameters, path=path, line=line)
    elif agency.opens_after(day):
        parameters["bound"] = f"{agency.valid_from:%d/%m/%Y}"
        yield Trouble("candidate.code-not-yet", note=True, parameters=parameters, path=path, line=line)


def _fits_a_header(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_SYSTEM_ID and all(_FIRST_SIGN <= sign <= _LAST_SIGN for sign in text)


def _times(candidate: Candidate, located: Located, profile: Profile, _: Environment) -> Iterator[ConfigurationError]:
    try:
        times_of(candidate, located, profile.parameters.timing)
    except ConfigurationError as error:
        yield error


def _secret(
    candidate: Candidate, located: Located, profile: Profile, environment: Environment
) -> Iterator[ConfigurationError]:
    key = "secret" if candidate.agency.secret is not None else "secret_env"
    path, line = located.place(("agency", key))
    try:
        secret = secret_of(candidate, located, environment)
    except ConfigurationError as error:
        yield error
        return
    if secret is not None and len(secret) < SHORTEST_SECRET:
        yield ConfigurationError("candidate.secret-too-short", path=path, line=line, shortest=SHORTEST_SECRET)
    elif secret is not None and secret != secret.strip():
        yield ConfigurationError("candidate.secret-blanks", path=path, line=line)


def _driver(
    candidate: Candidate, located: Located, profile: Profile, environment: Environment
) -> Iterator[ConfigurationError]:
    declared = candidate.driver
    if isinstance(declared, HttpDriverDeclaration) and not _is_web_address(declared.url):
        path, line = located.place(("driver", "url"))
        yield ConfigurationError("candidate.driver-url", path=path, line=line)
    if isinstance(declared, CommandDriverDeclaration):
        path, line = located.place(("driver", "argv"))
        if not declared.argv:
            yield ConfigurationError("candidate.no-program", path=path, line=line)
        elif shutil.which(declared.argv[0], path=environment.get("PATH", os.defpath)) is None:
            yield ConfigurationError("candidate.program-missing", path=path, line=line, name=declared.argv[0])
    if isinstance(declared, ManualDriverDeclaration) and declared.answers is not None:
        path, _ = located.place(("driver", "answers"))
        try:
            load_answers(path.parent / declared.answers)
        except ConfigurationError as error:
            yield error


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


FINDERS: dict[str, Finder] = {"identifiers": _identifiers, "times": _times, "secret": _secret, "files": _driver}
"""Every check of a declaration, by the id of the check; in this order."""

"""What types cannot say about a profile: ids and codes that must exist, numbers that must fit each other."""

import itertools
import re
from collections.abc import Collection, Container, Iterable, Mapping
from typing import TypeGuard

from harness.catalogue.codes import BusinessOperation, RefusalReason
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.parameters import Bound, CodeLife, Parameters, Range
from harness.catalogue.profile_file import ProfileFile
from harness.catalogue.requirements import Requirement
from harness.catalogue.texts import known_finding
from harness.catalogue.typed_yaml import Located
from harness.catalogue.verdicts import Basis, Level, Severity
from harness.catalogue.yaml_reader import Steps
from harness.resources import folder

_SUCCESS = "0"  # by the protocol, whatever the profile
_AGENCY = re.compile(r"[A-Z][0-9]{2}(\.[0-9A-Z]+)*")  # the new form, by which lists name agencies in every profile
_STATUS = re.compile(r"[0-9]{2}")
_WEAK = {Basis.SINGLE, Basis.ASSUMED}
# What may be zero: nothing tolerated, nothing repeated. Every other number must be above zero.
_MAY_BE_ZERO = {"lowest", "highest", "timestamp_skew", "margin", "outage_grace", "resets_in_row", "final_repeats"}
_STATUS_LISTS = {
    "code_lists": ("statuses_with_reason",),
    "statuses": ("start", "repeatable", "sender_only", "answers"),
    "choices": ("replaced", "unknown_target"),
}


def check_profile(content: ProfileFile, located: Located, requirements: Mapping[str, Requirement]) -> None:
    """Check a profile against the catalogue and against itself.

    Args:
        content: the profile.
        located: where each part of it is.
        requirements: the catalogue's, with the levels that this profile gives them.

    Raises:
        ConfigurationError: the first thing that is wrong, with file and line.
    """
    check = _Check(located)
    check.ids(content, requirements)
    check.weights(content, requirements)
    check.patterns(content.parameters)
    check.numbers(located.value["parameters"], ("parameters",))
    check.lengths(content.parameters)
    check.ranges(content.parameters)
    check.error_codes(content.parameters)
    check.statuses(content.parameters)
    check.lives(content.parameters)


class _Check:
    def __init__(self, located: Located) -> None:
        self._located = located

    def _wrong(self, code: str, /, *steps: Steps, **parameters: object) -> ConfigurationError:
        """Name the first of these places; in a custom profile, the first that its authors can correct."""
        shipped = folder("profiles")
        places = [self._located.place(each) for each in (*steps, ("extends",), ())]
        path, line = next((place for place in places if place[0].parent != shipped), places[0])
        return ConfigurationError(code, path=path, line=line, **parameters)

    def ids(self, content: ProfileFile, requirements: Mapping[str, Requirement]) -> None:
        for section in ("levels", "raised"):
            for key in getattr(content, section):
                if key not in requirements:
                    raise self._wrong("profile.unknown-requirement", (section, key), id=key)
        for code in content.severities:
            if code.partition(".")[0] not in requirements or not known_finding(code):
                raise self._wrong("profile.unknown-code", ("severities", code), code=code)

    def weights(self, content: ProfileFile, requirements: Mapping[str, Requirement]) -> None:
        failing = {
            code.partition(".")[0]: code for code, severity in content.severities.items() if severity is Severity.FAIL
        }
        for key, entry in requirements.items():
            steps = ("levels", key) if key in content.levels else ("raised",)
            if entry.level is Level.CONDITIONAL and entry.capability is None:
                raise self._wrong("profile.no-capability", steps, id=key)
            if entry.basis not in _WEAK or key in content.raised:
                continue
            if entry.level in {Level.MANDATORY, Level.CONDITIONAL}:
                raise self._wrong("profile.weak-basis", steps, id=key, basis=entry.basis)
            if key in failing:
                raise self._wrong("profile.weak-basis", ("severities", failing[key]), id=key, basis=entry.basis)

    def patterns(self, parameters: Parameters) -> None:
        for name in ("old", "new", "enterprise", "hub"):
            pattern = getattr(parameters.identifiers, name)
            try:
                re.compile(pattern or "")
            except (re.error, RecursionError, OverflowError) as error:
                steps = ("parameters", "identifiers", name)
                raise self._wrong("profile.bad-pattern", steps, key=name, detail=error) from error

    def numbers(self, value: object, steps: Steps) -> None:
        if isinstance(value, dict):
            for key, part in value.items():
                self.numbers(part, (*steps, key))
        elif isinstance(value, list):
            for index, part in enumerate(value):
                self.numbers(part, (*steps, index))
        elif _is_number(value) and (value < 0 or (value == 0 and steps[-1] not in _MAY_BE_ZERO)):
            raise self._wrong("profile.not-positive", steps, key=steps[-1], value=value)

    def lengths(self, parameters: Parameters) -> None:
        for path, length in parameters.lengths.items():
            if length.fail is not None and length.remark is not None and length.fail < length.remark:
                steps = ("parameters", "lengths", path)
                raise self._wrong("profile.order", steps, lower=length.remark, upper=length.fail)

    def ranges(self, parameters: Parameters) -> None:
        for section in ("code_lists", "timing"):
            part = getattr(parameters, section)
            for name in part.__struct_fields__:
                bound = getattr(part, name)
                if isinstance(bound, Range | Bound):
                    self._range(bound, ("parameters", section, name))
        hub, limits = parameters.hub, parameters.limits
        known = parameters.code_lists.operation
        if not {known.lowest, known.highest} <= {one.number for one in BusinessOperation}:
            operation = ("parameters", "code_lists", "operation")
            raise self._wrong("profile.unknown-operation", operation, known=", ".join(BusinessOperation))
        if hub.body_bytes < limits.package_bytes:
            steps = ("parameters", "hub", "body_bytes"), ("parameters", "limits", "package_bytes")
            raise self._wrong("profile.order", *steps, lower=limits.package_bytes, upper=hub.body_bytes)

    def _range(self, bound: Range | Bound, steps: Steps) -> None:
        ladder = [bound.lowest, bound.highest]
        if isinstance(bound, Bound):
            ladder.insert(1, bound.default)
        for lower, upper in itertools.pairwise(ladder):
            if lower > upper:
                raise self._wrong("profile.order", steps, lower=lower, upper=upper)

    def error_codes(self, parameters: Parameters) -> None:
        hub = parameters.hub
        for number, entry in hub.error_codes.items():
            steps = ("parameters", "hub", "error_codes", number)
            if number == _SUCCESS:
                raise self._wrong("profile.code-of-success", steps, number=number)
            if not (entry.text.isascii() and entry.text.isprintable()):
                raise self._wrong("profile.not-ascii", steps, text=entry.text)
        for reason, number in hub.codes.items():
            steps = ("parameters", "hub", "codes", reason)
            if reason not in frozenset(RefusalReason):
                raise self._wrong("profile.unknown-reason", steps, reason=reason, known=", ".join(RefusalReason))
            if number not in hub.error_codes:
                known = ("parameters", "hub", "error_codes", number)
                raise self._wrong("profile.unknown-error-code", steps, known, number=number)
        for reason in RefusalReason:
            if reason not in hub.codes:
                steps = ("parameters", "hub", "codes", reason)
                raise self._wrong("profile.no-reason", steps, ("parameters", "hub", "codes"), reason=reason)

    def statuses(self, parameters: Parameters) -> None:
        known = parameters.code_lists.statuses
        for code in known:
            if not _STATUS.fullmatch(code):
                raise self._wrong("profile.not-a-status", ("parameters", "code_lists", "statuses"), status=code)
        for section, names in _STATUS_LISTS.items():
            for name in names:
                codes = getattr(getattr(parameters, section), name)
                self._status(codes, known, ("parameters", section, name))
        for code, following in parameters.statuses.next.items():
            self._status((code, *following), known, ("parameters", "statuses", "next", code))

    def lives(self, parameters: Parameters) -> None:
        lists = parameters.code_lists
        types = lists.document_type
        numbers = {str(number) for number in range(types.lowest, types.highest + 1)}
        for number in lists.document_type_lives:
            if number not in numbers:
                steps = ("parameters", "code_lists", "document_type_lives", number)
                raise self._wrong(
                    "profile.unknown-type", steps, number=number, lowest=types.lowest, highest=types.highest
                )
        self._lives("document_type_lives", lists.document_type_lives, numbers)
        for code in lists.agencies:
            if not _AGENCY.fullmatch(code):
                raise self._wrong("profile.not-a-code", ("parameters", "code_lists", "agencies", code), code=code)
        self._lives("agencies", lists.agencies, lists.agencies)

    def _lives(self, name: str, lives: Mapping[str, CodeLife], known: Container[str]) -> None:
        for code, life in lives.items():
            steps = ("parameters", "code_lists", name, code)
            first, last, after = life.valid_from, life.valid_to, life.replaced_by
            if first is not None and last is not None and last < first:
                raise self._wrong("profile.order", steps, lower=first, upper=last)
            if after is None:
                continue
            if after not in known:
                raise self._wrong("profile.unknown-successor", steps, code=code, after=after)
            if last is None:
                raise self._wrong("profile.not-closed", steps, code=code, after=after)
            heir = lives.get(after)
            if heir is not None and heir.valid_to is not None and heir.valid_to <= last:
                raise self._wrong("profile.closed-successor", steps, code=code, after=after, last=heir.valid_to)

    def _status(self, codes: Iterable[str], known: Collection[str], steps: Steps) -> None:
        for code in codes:
            if code not in known:
                listed = ("parameters", "code_lists", "statuses")
                raise self._wrong("profile.unknown-status", steps, listed, status=code, known=", ".join(known))


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)

"""Recall: which certificates are based on something now in doubt, and their verdicts when their runs are judged again.

It changes no certificate: the result is a list on which a person decides.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import load_profile
from harness.catalogue.verdicts import Level, Verdict
from harness.certificates.document import Certificate
from harness.engine.rejudge import VerdictChange, verdict_changes
from harness.judge.report_schema import Judgement, decoded
from harness.report.agreement import MISSHAPEN, judged, read
from harness.seal.run_files import REPORT_FILE

_MOST_VALUES = 40
_GOOD = frozenset({Verdict.PASS, Verdict.REMARK})


class RecallQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Which certificates are sought: those that match every condition that is not empty.

    Attributes:
        version: of the harness that judged the run.
        requirement: id of a requirement that had to pass.
        profile: id of a profile of which values have changed, at or below `value` if that is given.
        value: path of a value in the profile, such as `parameters.limits`.
    """

    version: str = ""
    requirement: str = ""
    profile: str = ""
    value: str = ""

    def rests(self, certificate: Certificate, changed: tuple[str, ...]) -> bool:
        """Return whether a certificate is based on what is in doubt.

        Args:
            certificate: to be compared.
            changed: paths of the values of its profile that have changed since the issue.
        """
        if self.version and certificate.harness.version != self.version:
            return False
        if self.requirement and self.requirement not in certificate.scope.required:
            return False
        if (self.profile or self.value) and not any(_below(path, self.value) for path in changed):
            return False
        return not self.profile or certificate.profile.id == self.profile


@dataclass(frozen=True, slots=True)
class RecallCase:
    """A run to be judged again.

    Attributes:
        number: of the certificate based on it.
        folder: of the run.
        evidence: digest of report.json when it was certified; it identifies the run.
        own: name or path of the profile with which it was judged, in its current version.
    """

    number: str
    folder: Path
    evidence: str
    own: str


@dataclass(frozen=True, slots=True)
class RecallResult:
    """The result of judging a certified run again.

    Attributes:
        number: of the certificate.
        before: verdict at the time of certification.
        after: verdict now; empty if it could not be judged.
        changes: requirements whose verdict differs, and the codes that explain it.
        trouble: why it could not be judged; empty if it was.
    """

    number: str
    before: str
    after: str
    changes: tuple[VerdictChange, ...] = ()
    trouble: str = ""


def judged_anew(case: RecallCase, profile_name: str | None) -> RecallResult:
    """Judge the evidence of a certified run with this version of the harness, in memory: no file is written.

    Args:
        case: the run.
        profile_name: name or path of the profile to judge by; None for the run's own profile in its current version.
    """
    try:
        report = (case.folder / REPORT_FILE).read_bytes()
        if hashlib.sha256(report).hexdigest() != case.evidence:
            return RecallResult(case.number, "", "", trouble="evidence-changed")
        before = decoded(report)
        after = judged(load_profile(profile_name or case.own), read(case.folder))
    except OSError:
        return RecallResult(case.number, "", "", trouble="evidence-gone")
    except ConfigurationError as error:
        return RecallResult(case.number, "", "", trouble=error.code)
    except MISSHAPEN as error:
        return RecallResult(case.number, "", "", trouble=type(error).__name__)
    changes = verdict_changes(before, after)
    listed = {change.requirement for change in changes}
    newly = (change for change in _newly_required(before, after) if change.requirement not in listed)
    return RecallResult(case.number, before.verdict, after.verdict, (*changes, *newly))


def _newly_required(before: Judgement, after: Judgement) -> Iterator[VerdictChange]:
    """Yield the requirements that are mandatory now, were not at the time of certification, and do not pass."""
    then = {entry.id: entry for entry in before.requirements}
    for entry in after.requirements:
        was = then.get(entry.id)
        if entry.required and entry.verdict not in _GOOD and not (was and was.required):
            level = was.level if was else Level.OFF
            yield VerdictChange(entry.id, was.verdict if was else Level.OFF, entry.verdict, f"{level} → {entry.level}")


def changed_values(then: Any, now: Any) -> tuple[str, ...]:
    """Return the paths of the changed values of a profile; their number is limited.

    Args:
        then: all values at the time of judging, as JSON.
        now: all values today, as JSON.
    """
    found: list[str] = []
    for path in _differences(then, now, ""):
        if len(found) == _MOST_VALUES:
            break
        found.append(path)
    return tuple(found)


def _differences(then: Any, now: Any, path: str) -> Iterator[str]:
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for name in sorted({*then, *now}):
            yield from _differences(then.get(name), now.get(name), f"{path}.{name}".lstrip("."))
    elif then != now:
        yield path


def _below(path: str, above: str) -> bool:
    return not above or path == above or path.startswith(f"{above}.")

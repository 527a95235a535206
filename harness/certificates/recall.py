"""Recall: which certificates rest on what is now in doubt, and what they would come to if they were judged again.

Nothing is changed by it: it is a list for a person to decide on.
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
    """Which certificates are sought; what is empty is not asked for, and all that is asked for must hold.

    Attributes:
        version: of the harness that judged the run.
        requirement: that had to pass.
        profile: whose values, or any of them below `value`, are not any more what they were.
        value: path of a value in the profile, such as `parameters.limits`.
    """

    version: str = ""
    requirement: str = ""
    profile: str = ""
    value: str = ""

    def rests(self, certificate: Certificate, changed: tuple[str, ...]) -> bool:
        """Say whether a certificate rests on what is in doubt.

        Args:
            certificate: to be asked about.
            changed: paths of the values of its profile that changed since.
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
    """A run that is judged again.

    Attributes:
        number: of the certificate that rests on it.
        folder: of the run.
        evidence: digest of report.json as it was certified, by which it is known to be the same run.
        own: name or path of the profile by which it was judged, as it is today.
    """

    number: str
    folder: Path
    evidence: str
    own: str


@dataclass(frozen=True, slots=True)
class RecallResult:
    """What a run comes to when it is judged again.

    Attributes:
        number: of the certificate.
        before: verdict that was certified.
        after: verdict now; empty where it could not be judged.
        changes: requirements whose verdict is another one, and the codes that explain it.
        trouble: why it could not be judged; empty where it could.
    """

    number: str
    before: str
    after: str
    changes: tuple[VerdictChange, ...] = ()
    trouble: str = ""


def judged_anew(case: RecallCase, profile_name: str | None) -> RecallResult:
    """Judge the evidence of a certified run by this version, in memory: no file is written.

    Args:
        case: the run.
        profile_name: name or path of the profile to judge by; None for its own, as that is today.
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
    told = {change.requirement for change in changes}
    newly = (change for change in _newly_required(before, after) if change.requirement not in told)
    return RecallResult(case.number, before.verdict, after.verdict, (*changes, *newly))


def _newly_required(before: Judgement, after: Judgement) -> Iterator[VerdictChange]:
    """Yield what had not to pass then and has to now, and does not, whatever its verdict was."""
    then = {entry.id: entry for entry in before.requirements}
    for entry in after.requirements:
        was = then.get(entry.id)
        if entry.required and entry.verdict not in _GOOD and not (was and was.required):
            level = was.level if was else Level.OFF
            yield VerdictChange(entry.id, was.verdict if was else Level.OFF, entry.verdict, f"{level} → {entry.level}")


def changed_values(then: Any, now: Any) -> tuple[str, ...]:
    """Return the paths of the values of a profile that are not what they were, at most some dozens.

    Args:
        then: all values, as JSON has them, when it was judged by.
        now: the same today.
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

"""Whether a certificate follows from its required set: recomputed from the report, and from the profile where known."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.catalogue.profiles import Profile, load_profile, profile_names
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.verdicts import Level, Verdict
from harness.seal.run_files import REPORT_FILE, objects
from harness.seal.tampering import SealProblem, Tampering

_GOOD = frozenset({Verdict.PASS, Verdict.REMARK})


def completeness(report: Mapping[str, Any]) -> Iterator[SealProblem]:
    """Yield what is missing from the required set, and a verdict that does not follow from it.

    Args:
        report: content of report.json.
    """
    verdicts = {str(entry.get("id")): str(entry.get("verdict")) for entry in objects(report.get("requirements"))}
    named = report.get("required")
    required = {str(one) for one in named} if isinstance(named, list) else set()
    spared = {key for key, verdict in verdicts.items() if verdict == Verdict.NOT_APPLICABLE and _may_not_apply(key)}
    missing = sorted((required | (_expected(report) - spared)) - (required & verdicts.keys()))
    if missing or (not required and not report.get("narrowed")):  # of a narrowed run nothing may have applied
        yield SealProblem(Tampering.INCOMPLETE, REPORT_FILE, detail=", ".join(missing[:20]))
    verdict = report.get("verdict")
    failed = Verdict.FAIL in verdicts.values()
    if verdict not in _possible({verdicts.get(id_, str(Verdict.NOT_RUN)) for id_ in required}, failed=failed):
        yield SealProblem(Tampering.VERDICT_WRONG, REPORT_FILE, detail=str(verdict)[:100])


def _may_not_apply(requirement: str) -> bool:
    """Tell whether a requirement may rightly not apply to a candidate: it speaks of what that one may never send."""
    entry = load_catalogue().requirements.get(requirement)
    return entry is not None and (entry.optional or bool(entry.shown_with))


def _possible(verdicts: set[str], *, failed: bool) -> set[str]:
    """Return the overall verdicts that can follow: a proven failure fails the whole, required or not; a whole set may
    still be inconclusive when the run broke off."""
    if failed:
        return {"fail"}
    return {"pass", "inconclusive"} if verdicts and verdicts <= _GOOD else {"inconclusive"}


def _expected(report: Mapping[str, Any]) -> set[str]:
    """Return what must be required of a full run: by the profile where it is the one that was used, else by levels."""
    if report.get("narrowed"):
        return set()
    profile = _profile(report)
    candidate = report.get("candidate")
    capabilities = candidate.get("capabilities") if isinstance(candidate, Mapping) else None
    if profile is not None:
        return set(profile.required(capabilities if isinstance(capabilities, list) else ()))
    mandatory = (entry for entry in objects(report.get("requirements")) if entry.get("level") == Level.MANDATORY)
    return {str(entry.get("id")) for entry in mandatory}


def _profile(report: Mapping[str, Any]) -> Profile | None:
    named = report.get("profile")
    if not isinstance(named, Mapping):
        return None
    if named.get("id") not in profile_names():
        return None
    profile = load_profile(str(named["id"]))
    return profile if profile.sha256 == named.get("sha256") else None

"""Whether a certificate follows from its required set: recomputed from the report, and from the profile where known."""

from collections.abc import Iterator

from harness.catalogue.profiles import Profile, load_profile, profile_names
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.verdicts import Level, Verdict
from harness.judge.report_schema import Judgement, ProfileEntry, candidate_of
from harness.seal.run_files import REPORT_FILE
from harness.seal.tampering import SealProblem, Tampering

_GOOD = frozenset({Verdict.PASS, Verdict.REMARK})


def completeness(report: Judgement) -> Iterator[SealProblem]:
    """Yield what is missing from the required set, and a verdict that does not follow from it.

    Args:
        report: content of report.json.
    """
    verdicts = {entry.id: entry.verdict for entry in report.requirements}
    required = set(report.required)
    spared = {key for key, verdict in verdicts.items() if verdict is Verdict.NOT_APPLICABLE and _may_not_apply(key)}
    missing = sorted((required | (_expected(report) - spared)) - (required & verdicts.keys()))
    if missing or (not required and not report.narrowed):  # of a narrowed run nothing may have applied
        yield SealProblem(Tampering.INCOMPLETE, REPORT_FILE, detail=", ".join(missing[:20]))
    failed = Verdict.FAIL in verdicts.values()
    if report.verdict not in _possible({verdicts.get(id_, Verdict.NOT_RUN) for id_ in required}, failed=failed):
        yield SealProblem(Tampering.VERDICT_WRONG, REPORT_FILE, detail=report.verdict)


def _may_not_apply(requirement: str) -> bool:
    """Return whether a requirement may rightly not apply to a candidate: a candidate need not send what it is about."""
    entry = load_catalogue().requirements.get(requirement)
    return entry is not None and (entry.optional or bool(entry.shown_with))


def _possible(verdicts: set[Verdict], *, failed: bool) -> set[str]:
    """Return the overall verdicts that can follow: a proven failure fails the whole, required or not; a whole set may
    still be inconclusive when the run broke off."""
    if failed:
        return {"fail"}
    return {"pass", "inconclusive"} if verdicts and verdicts <= _GOOD else {"inconclusive"}


def _expected(report: Judgement) -> set[str]:
    """Return what must be required of a full run: by the profile where it is the one that was used, else by levels."""
    if report.narrowed:
        return set()
    profile = _profile(report.profile)
    if profile is not None:
        return set(profile.required(candidate_of(report).capabilities))
    return {entry.id for entry in report.requirements if entry.level is Level.MANDATORY}


def _profile(named: ProfileEntry) -> Profile | None:
    if named.id not in profile_names():
        return None
    profile = load_profile(named.id)
    return profile if profile.sha256 == named.sha256 else None

"""What was tested, by whom, how and when: the items that ISO/IEC 17025 clause 7.8.2 asks of a report."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from harness.journal.events import RecordedClock, RunFinished, RunStarted
from harness.judge.report_schema import StatedSelftest, candidate_of, harness_of
from harness.judge.steadiness import jumps
from harness.report.model import LabelledValue, ReportNotice, RequirementRow
from harness.report.rows import words_of
from harness.report.texts import ReportTexts, shown
from harness.seal.laboratory import Laboratory, LaboratoryIdentity, PublicKey
from harness.seal.manifest import MANIFEST_FILE, SIGNATURE_FILE
from harness.seal.run_files import Source

_LONGEST_PEM = 2000
_LEAST_JUMP = 1.0  # seconds; less is normal clock adjustment on a busy machine


class _Manifest(msgspec.Struct, frozen=True):
    """What is read of a manifest: whose key sealed it."""

    key: PublicKey | None = None


class Identification:
    """Collects the facts that identify a run."""

    def __init__(self, source: Source, identity: LaboratoryIdentity | None, wording: ReportTexts) -> None:
        self._source = source
        self._wording = wording
        self._laboratory = _completed(source.facts.laboratory or LaboratoryIdentity(), identity)
        self._candidate = candidate_of(source.report)

    @property
    def laboratory(self) -> str:
        """Name of the laboratory."""
        return shown(self._laboratory.name) or self._wording.say("laboratory.unnamed")

    @property
    def subject(self) -> str:
        """Product, version and vendor on one line."""
        product = self._candidate.candidate
        name = shown(product.name) or self._wording.say("subject.unnamed")
        named = f"{name} {shown(product.version)}".strip()
        vendor = shown(product.vendor)
        return f"{named} · {vendor}" if vendor else named

    @property
    def authorised(self) -> str:
        """Who authorises the report."""
        person = self._laboratory.authorised
        words = [shown(word) for word in (person.name, person.title) if word] if person else []
        return ", ".join(words) or self._wording.say("authorised.none")

    def items(self, rows: Sequence[RequirementRow], *, narrowed: bool) -> tuple[LabelledValue, ...]:
        """Return everything there is, in the order of the clause; what is missing is shown as missing."""
        unknown = self._wording.say("item.unknown")
        items = [
            *self._laboratory_items(),
            *self._tested(),
            *self._method(rows, narrowed=narrowed),
            *self._times(),
        ]
        return tuple(
            LabelledValue(self._wording.say(f"item.{key}"), value or unknown, own or not value)
            for key, value, own in items
        )

    def limits(self) -> tuple[str, ...]:
        """Return what this test could not show, in words."""
        return tuple(self._wording.chosen(one) for one in self._source.report.limits)

    def _laboratory_items(self) -> Iterator[tuple[str, str, bool]]:
        laboratory = self._laboratory
        yield "laboratory", shown(laboratory.name), False
        yield "address", shown(laboratory.address), False
        yield "place", shown(laboratory.place or laboratory.address), False
        if laboratory.accreditation:
            yield "accreditation", shown(laboratory.accreditation), False
        yield "authorised", self.authorised, laboratory.authorised is None

    def _tested(self) -> Iterator[tuple[str, str, bool]]:
        product, agency = self._candidate.candidate, self._candidate.agency
        yield "customer", shown(product.vendor), False
        yield "product", shown(product.name), False
        yield "version", shown(product.version), False
        yield "agency", " · ".join(shown(one) for one in (agency.organ_name, agency.organ_id) if one), False
        if agency.system_id:
            yield "system", shown(agency.system_id), False
        declared = words_of(self._candidate.capabilities)
        capabilities = ", ".join(self._wording.known(f"capability.{one}") or one for one in declared)
        yield "capabilities", capabilities or self._wording.say("item.capabilities.none"), not capabilities
        driver = self._source.report.driver
        words = self._wording.known(f"driver.{driver}")
        yield "driver", words or shown(driver), bool(words)
        start = self._source.start
        if start is not None and start.endpoint:
            yield "hub", shown(start.endpoint), False
        stated = ", ".join(
            f"{self._wording.known(f'timing.{key}') or shown(key)} {self._wording.measure(value)}"
            for key, value in ((start.times if start else None) or self._candidate.timing).items()
            if value is not None
        )
        if stated:
            yield "timing", stated, False

    def _method(self, rows: Sequence[RequirementRow], *, narrowed: bool) -> Iterator[tuple[str, str, bool]]:
        profile = self._source.report.profile
        named = f"{shown(profile.id)} {shown(profile.version)}".strip()
        title = self._wording.chosen(profile.title)
        yield "profile", f"{named} – {title}" if title else named, False
        yield "profile.sha256", shown(profile.sha256), False
        harness = harness_of(self._source.report)
        yield "harness", " ".join(shown(one) for one in (harness.name, harness.version) if one), False
        total = sum(row.required for row in rows)
        yield (
            "scope",
            self._wording.say(f"item.scope.{'narrowed' if narrowed else 'full'}", total=total),
            True,
        )
        yield "selftest", self._selftest(harness.selftest), True

    def _selftest(self, tested: StatedSelftest | None) -> str:
        """Say what the tool's last whole self-test showed, and of which sources."""
        if tested is None:
            return self._wording.say("item.selftest.none")
        names = ("version", "defects", "caught", "correct", "false_alarms", "requirements")
        said = self._wording.say("item.selftest.text", **{name: shown(getattr(tested, name)) for name in names})
        return said if tested.current else f"{said} {self._wording.say('item.selftest.stale')}"

    def _clock(self) -> str:
        """Say in which state the clock was at the start and at the end, and whether it ran steadily in between."""
        events = self._source.record.events if self._source.record else ()
        ends = (event.what for event in events)
        states = (end.clock for end in ends if isinstance(end, RunStarted | RunFinished))
        words = [_clock_words(state, self._wording) for state in states if state is not None]
        if not any(words):
            return ""
        moved = max((abs(jump.seconds) for jump in jumps(events, _LEAST_JUMP)), default=0.0)
        measure = {"seconds": self._wording.measure(round(moved, 1))}
        steady = self._wording.say("clock.moved", **measure) if moved else self._wording.say("clock.steady")
        return " → ".join(dict.fromkeys(words)) + f"; {steady}"

    def _times(self) -> Iterator[tuple[str, str, bool]]:
        report = self._source.report
        yield "started", self._wording.moment(report.started), True
        yield "finished", self._wording.moment(report.finished), True
        clock = self._clock()
        if clock:
            yield "clock", clock, True
        yield "seed", shown(report.seed), False
        if self._source.record is not None:
            yield "events", str(self._source.record.events[-1].seq + 1 if self._source.record.events else 0), True


def _clock_words(state: RecordedClock, wording: ReportTexts) -> str:
    """Return the state of the clock in words."""
    kept = state.synchronised
    if kept and state.error is not None:
        return wording.say("clock.kept", error=f"{state.error:.3f}".replace(".", wording.say("decimal.mark")))
    return wording.say("clock.unknown" if kept is None else "clock.kept-somehow" if kept else "clock.loose")


def seal_items(source: Source, evidence: str, key: PublicKey | None, wording: ReportTexts) -> tuple[LabelledValue, ...]:
    """Return what a reader needs in order to check the seal."""
    form = "verify.command.signed" if key else "verify.command"
    command = wording.say(form, directory=shlex.quote(shown(source.name)))
    items = [("evidence", evidence), ("key", key.sha256 if key else ""), ("check", command)]
    return tuple(LabelledValue(wording.say(f"item.{term}"), value) for term, value in items if value)


def seal_notice(key: PublicKey | None, wording: ReportTexts) -> ReportNotice:
    """Say in large letters whether the report is signed."""
    kind = "signed" if key else "unsigned"
    text = (
        wording.say(f"notice.{kind}.text", fingerprint=f"{key.sha256[:16]}…")
        if key
        else wording.say("notice.unsigned.text")
    )
    return ReportNotice(kind, wording.say(f"notice.{kind}.title"), text)


def sealing_key(directory: Path, laboratory: Laboratory | None) -> PublicKey | None:
    """Return the key that seals a run: the laboratory's, else that of the seal it already has."""
    if laboratory is not None and laboratory.key is not None:
        return laboratory.key.public
    if not (directory / SIGNATURE_FILE).is_file():
        return None
    try:
        key = msgspec.json.decode((directory / MANIFEST_FILE).read_bytes(), type=_Manifest).key
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return PublicKey(shown(key.sha256), key.pem[:_LONGEST_PEM]) if key else None


def _completed(recorded: LaboratoryIdentity, configured: LaboratoryIdentity | None) -> LaboratoryIdentity:
    """Return what run.json says of the laboratory, with what is configured here put in its place."""
    if configured is None:
        return recorded
    said = {name: value for name in configured.__struct_fields__ if (value := getattr(configured, name))}
    return msgspec.structs.replace(recorded, **said)

"""What was tested, by whom, how and when: the items that ISO/IEC 17025 clause 7.8.2 asks of a report."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.journal.events import RecordedClock, RunFinished, RunStarted
from harness.judge.steadiness import jumps
from harness.report.model import LabelledValue, ReportNotice, RequirementRow
from harness.report.rows import words_of
from harness.report.texts import ReportTexts, shown
from harness.seal.laboratory import Laboratory, LaboratoryIdentity, PublicKey
from harness.seal.manifest import MANIFEST_FILE, SIGNATURE_FILE
from harness.seal.run_files import Source

_LONGEST_PEM = 2000
_LEAST_JUMP = 1.0  # seconds; less is what ordinary clock discipline and a busy machine make


def part(value: Any) -> Mapping[str, Any]:
    """Return an object of the report, or an empty one where there is none."""
    return value if isinstance(value, Mapping) else {}


class Identification:
    """Collects the facts that identify a run."""

    def __init__(self, source: Source, identity: LaboratoryIdentity | None, wording: ReportTexts) -> None:
        self._source = source
        self._wording = wording
        self._laboratory = _identity(source, identity)
        self._candidate = source.part("candidate")
        self.product = {**self._candidate, **part(self._candidate.get("candidate"))}

    @property
    def laboratory(self) -> str:
        """Name of the laboratory."""
        return shown(self._laboratory.get("name")) or self._wording.say("laboratory.unnamed")

    @property
    def subject(self) -> str:
        """Product, version and vendor on one line."""
        name = shown(self.product.get("name")) or self._wording.say("subject.unnamed")
        named = f"{name} {shown(self.product.get('version'))}".strip()
        vendor = shown(self.product.get("vendor"))
        return f"{named} · {vendor}" if vendor else named

    @property
    def authorised(self) -> str:
        """Who authorises the report."""
        person = part(self._laboratory.get("authorised"))
        words = [shown(person.get(name)) for name in ("name", "title") if person.get(name)]
        return ", ".join(words) or self._wording.say("authorised.none")

    @property
    def driver(self) -> str:
        """Kind of driver, empty when unknown."""
        driver = self._source.fact("driver") or self._candidate.get("driver")
        return str(part(driver).get("kind") or "") if isinstance(driver, Mapping) else str(driver or "")

    def items(self, rows: Sequence[RequirementRow], *, narrowed: bool) -> tuple[LabelledValue, ...]:
        """Return everything there is, in the order of the clause; what must be there and is not says so."""
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
        given = self._source.report.get("limits")
        return tuple(self._wording.chosen(one) for one in given) if isinstance(given, list | tuple) else ()

    def _laboratory_items(self) -> Iterator[tuple[str, str, bool]]:
        yield "laboratory", shown(self._laboratory.get("name")), False
        yield "address", shown(self._laboratory.get("address")), False
        yield "place", shown(self._laboratory.get("place") or self._laboratory.get("address")), False
        if self._laboratory.get("accreditation"):
            yield "accreditation", shown(self._laboratory["accreditation"]), False
        yield "authorised", self.authorised, not part(self._laboratory.get("authorised"))

    def _tested(self) -> Iterator[tuple[str, str, bool]]:
        agency = part(self._candidate.get("agency"))
        yield "customer", shown(self.product.get("vendor")), False
        if self.product.get("contact"):
            yield "customer.contact", shown(self.product["contact"]), False
        yield "product", shown(self.product.get("name")), False
        yield "version", shown(self.product.get("version")), False
        yield (
            "agency",
            " · ".join(shown(agency[key]) for key in ("organ_name", "organ_id") if agency.get(key)),
            False,
        )
        if agency.get("system_id"):
            yield "system", shown(agency["system_id"]), False
        declared = words_of(self._candidate.get("capabilities"))
        capabilities = ", ".join(self._wording.known(f"capability.{one}") or one for one in declared)
        yield "capabilities", capabilities or self._wording.say("item.capabilities.none"), not capabilities
        driver = self.driver
        words = self._wording.known(f"driver.{driver}")
        yield "driver", words or shown(driver), bool(words)
        start = self._source.start
        if start is not None and start.endpoint:
            yield "hub", shown(start.endpoint), False
        timing = part((start.times if start else None) or self._candidate.get("timing"))
        stated = ", ".join(
            f"{self._wording.known(f'timing.{key}') or shown(key)} {self._wording.measure(value)}"
            for key, value in timing.items()
            if value is not None
        )
        if stated:
            yield "timing", stated, False

    def _method(self, rows: Sequence[RequirementRow], *, narrowed: bool) -> Iterator[tuple[str, str, bool]]:
        profile = self._source.part("profile")
        named = f"{shown(profile.get('id'))} {shown(profile.get('version'))}".strip()
        title = self._wording.chosen(profile.get("title"))
        yield "profile", f"{named} – {title}" if title else named, False
        yield "profile.sha256", shown(profile.get("sha256")), False
        harness = self._source.part("harness")
        yield (
            "harness",
            " ".join(shown(harness[key]) for key in ("name", "version") if harness.get(key)),
            False,
        )
        total = sum(row.required for row in rows)
        yield (
            "scope",
            self._wording.say(f"item.scope.{'narrowed' if narrowed else 'full'}", total=total),
            True,
        )
        yield "selftest", self._selftest(part(harness.get("selftest"))), True

    def _selftest(self, tested: Mapping[str, Any]) -> str:
        """Say what the tool's last whole self-test showed, and of which sources."""
        if not tested:
            return self._wording.say("item.selftest.none")
        names = ("version", "defects", "caught", "correct", "false_alarms", "requirements")
        said = self._wording.say("item.selftest.text", **{name: shown(tested.get(name)) for name in names})
        return said if tested.get("current") else f"{said} {self._wording.say('item.selftest.stale')}"

    def _clock(self) -> str:
        """Say how the machine's clock stood at the start and at the end, and whether it ran steadily in between."""
        events = self._source.record.events if self._source.record else ()
        ends = (event.what for event in events)
        states = (end.clock for end in ends if isinstance(end, RunStarted | RunFinished))
        words = [_clock_words(state, self._wording) for state in states if state is not None]
        if not any(words):
            return ""
        moved = max((abs(jump.seconds) for jump in jumps(events, _LEAST_JUMP)), default=0.0)
        told = {"seconds": self._wording.measure(round(moved, 1))}
        steady = self._wording.say("clock.moved", **told) if moved else self._wording.say("clock.steady")
        return " → ".join(dict.fromkeys(words)) + f"; {steady}"

    def _times(self) -> Iterator[tuple[str, str, bool]]:
        yield "started", self._wording.moment(self._source.fact("started") or ""), True
        yield "finished", self._wording.moment(self._source.fact("finished") or ""), True
        clock = self._clock()
        if clock:
            yield "clock", clock, True
        if self._source.fact("seed") is not None:
            yield "seed", shown(self._source.fact("seed")), False
        if self._source.record is not None:
            yield "events", str(self._source.record.events[-1].seq + 1 if self._source.record.events else 0), True


def _clock_words(state: RecordedClock, wording: ReportTexts) -> str:
    """Say how the clock stood."""
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
        manifest = part(json.loads((directory / MANIFEST_FILE).read_bytes()))
    except (OSError, ValueError):
        return None
    key = part(manifest.get("key"))
    return PublicKey(shown(key["sha256"]), str(key["pem"])[:_LONGEST_PEM]) if {"sha256", "pem"} <= key.keys() else None


def _identity(source: Source, identity: LaboratoryIdentity | None) -> Mapping[str, Any]:
    configured = {key: value for key, value in identity.public().items() if value} if identity else {}
    return {**source.part("laboratory"), **configured}

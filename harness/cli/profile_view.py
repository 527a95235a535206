"""A profile as it is shown: lines for a person, data for a program."""

import shutil
import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import Any

import click
import msgspec

from harness.catalogue.parameters import Bound, CodeLife, CodeLists, Identifiers, Parameters
from harness.catalogue.profiles import Profile
from harness.catalogue.requirements import Requirement, load_catalogue
from harness.catalogue.texts import Language, number_text, text
from harness.catalogue.verdicts import Basis, Level

_AREA = "cli-profile"
_MEGABYTE = 1024 * 1024
_NARROWEST, _WIDEST = 60, 120


def as_data(profile: Profile) -> dict[str, Any]:
    """Return a profile as JSON values, schema lienthong.profile-view/1."""
    return {
        "schema": "lienthong.profile-view/1",
        "id": profile.id,
        "version": profile.version,
        "title": msgspec.to_builtins(profile.title),
        "sha256": profile.sha256,
        "requirements": [msgspec.to_builtins(entry) for entry in profile.requirements.values()],
        "severities": msgspec.to_builtins(profile.severities),
        "raised": msgspec.to_builtins(profile.raised),
        "parameters": msgspec.to_builtins(profile.parameters),
    }


def as_row(profile: Profile, language: Language, note: str) -> list[str]:
    """Return a profile as lines of a list, as wide as the terminal allows.

    Args:
        profile: what to show.
        language: of its title.
        note: what to say of it behind its title; empty for nothing.
    """
    title = profile.title[language]
    head = f"{profile.id}  {profile.version}  "
    return _beside(head, f"{title} ({note})" if note else title, width())


def as_lines(profile: Profile, language: Language) -> Iterator[str]:
    """Yield a profile as lines for a person, as wide as the terminal allows."""
    return _View(profile, language).lines()


class _View:
    def __init__(self, profile: Profile, language: Language) -> None:
        self._profile = profile
        self._language = language
        self._width = width()

    def lines(self) -> Iterator[str]:
        profile = self._profile
        yield f"{_strong(profile.id)}  {profile.version}"
        yield from self._wrapped(self._words(profile.title))
        yield f"SHA-256 {profile.sha256}"
        yield ""
        yield from self._legend()
        yield ""
        yield _strong(self._say("parameters"))
        for key, line in self._parameters(profile.parameters):
            yield from self._wrapped(line, label=self._say(key), indent=2)
        yield from self._agencies()
        yield from self._calendar()
        yield from self._reasons()
        yield from self._severities()
        for group, title in load_catalogue().groups.items():
            yield ""
            yield _strong(f"{group}  {self._words(title)}")
            for requirement in profile.requirements.values():
                if requirement.group == group:
                    yield from self._requirement(requirement)

    def _say(self, key: str, **parameters: object) -> str:
        return text(_AREA, key, self._language, **parameters)

    def _number(self, value: float) -> str:
        """Write a number as the language does: 110.000 and 0,05 in Vietnamese, 110,000 and 0.05 in English."""
        written = f"{value:,}" if isinstance(value, int) else f"{value:g}"
        return number_text(written, self._language)

    def _megabytes(self, size: int) -> str:
        return self._number(size / _MEGABYTE)

    def _bound(self, bound: Bound) -> str:
        lowest, highest = self._number(bound.lowest), self._number(bound.highest)
        return f"{self._number(bound.default)} ({lowest}–{highest})"

    def _words(self, words: Any) -> str:
        return str(words[self._language])

    def _wrapped(self, content: str, label: str = "", indent: int = 0) -> list[str]:
        """Wrap `content` beside its label; the label's column is as wide as the longest of the parameters'."""
        return _beside(" " * indent + (f"{label:<15} " if label else ""), content, self._width)

    def _legend(self) -> Iterator[str]:
        counts = Counter(entry.level for entry in self._profile.requirements.values())
        levels = (f"{counts[level]} {level} {self._say(f'level.{level}')}" for level in Level if counts[level])
        yield from self._wrapped(" · ".join(levels), label=self._say("levels"))
        used = {entry.basis for entry in self._profile.requirements.values()}
        bases = (f"{basis} {self._say(f'basis.{basis}')}" for basis in Basis if basis in used)
        yield from self._wrapped(" · ".join(bases), label=self._say("basis"))
        yield from self._wrapped(self._say("legend"), label=" ")

    def _requirement(self, requirement: Requirement) -> list[str]:
        changed = requirement.level is not load_catalogue().requirements[requirement.id].level
        level = f"{requirement.level}{'*' if changed else ''}"
        head = f"  {requirement.id}  {level:<5}{requirement.basis:<9} {requirement.where}  "
        statement = self._words(requirement.statement)
        if requirement.capability is not None:
            statement += f" [{requirement.capability}]"
        return _beside(head, statement, self._width)

    def _agencies(self) -> Iterator[str]:
        """Yield the codes of agencies: those without days by their basis, those with days each on a line."""
        agencies = self._profile.parameters.code_lists.agencies
        if not agencies:
            return
        dated = {code: agency for code, agency in agencies.items() if agency.valid_from or agency.valid_to}
        yield ""
        yield _strong(self._say("agencies"))
        for basis in Basis:
            listed = (f"{code} {agency.name}" for code, agency in sorted(agencies.items()) if agency.basis is basis)
            undated = [each for each in listed if each.partition(" ")[0] not in dated]
            if undated:
                yield from self._wrapped(" · ".join(undated), label=basis, indent=2)
        for code, agency in sorted(dated.items()):
            yield from _beside(f"  {code}  ", f"{agency.name} ({agency.basis}) · {self._life(agency)}", self._width)

    def _calendar(self) -> Iterator[str]:
        """Yield the days off in their order, and the days that make up for them."""
        calendar = self._profile.parameters.calendar
        if not calendar.days_off:
            return
        yield ""
        yield _strong(self._say("calendar"))
        for one in sorted(calendar.days_off.values(), key=lambda one: one.first):
            yield from _beside(f"  {one.first:%d/%m/%Y}–{one.last:%d/%m/%Y}  ", one.name, self._width)
        made_up = ", ".join(f"{day:%d/%m/%Y}" for day in sorted(calendar.working_days.values()))
        if made_up:
            yield from self._wrapped(self._say("calendar.working", days=made_up), indent=2)

    def _life(self, life: CodeLife) -> str:
        described = (
            self._say(key, value=value)
            for key, value in (
                ("life.from", life.valid_from),
                ("life.to", life.valid_to),
                ("life.replaced", life.replaced_by),
            )
            if value is not None
        )
        return ", ".join(described)

    def _reasons(self) -> Iterator[str]:
        if not self._profile.raised:
            return
        yield ""
        yield _strong(self._say("raised"))
        for key, reason in self._profile.raised.items():
            yield from self._wrapped(self._words(reason), label=key, indent=2)

    def _severities(self) -> Iterator[str]:
        if not self._profile.severities:
            return
        yield ""
        yield _strong(self._say("severities"))
        longest = max(map(len, self._profile.severities))
        for code, severity in self._profile.severities.items():
            yield f"  {code:<{longest}}  {self._say(f'severity.{severity}')}"

    def _parameters(self, parameters: Parameters) -> Iterator[tuple[str, str]]:
        yield "limits", self._limits(parameters)
        yield "identifiers", self._identifiers(parameters.identifiers)
        yield "statuses", " ".join(parameters.code_lists.statuses)
        yield "types", self._types(parameters.code_lists)
        yield "times", self._times(parameters)
        yield "volumes", self._volumes(parameters)
        yield "retries", self._retries(parameters)
        yield "hub", self._hub(parameters)
        yield "signatures", self._signatures(parameters)

    def _limits(self, parameters: Parameters) -> str:
        limits = parameters.limits
        return self._say(
            "limits.line",
            package=self._megabytes(limits.package_bytes),
            attachment=self._megabytes(limits.attachment_bytes),
            attachments=self._number(limits.attachments),
            elements=self._number(limits.elements),
            depth=limits.depth,
        )

    def _identifiers(self, identifiers: Identifiers) -> str:
        forms = [name for name in ("old", "new", "enterprise") if getattr(identifiers, name) is not None]
        return self._say(
            "identifiers.line",
            forms=" · ".join(self._say(f"identifiers.{name}") for name in forms),
            uuid=self._say(f"severity.{identifiers.uuid}"),
        )

    def _types(self, lists: CodeLists) -> str:
        span = f"{lists.document_type.lowest}–{lists.document_type.highest}"
        return " · ".join(
            (span, *(f"{number}: {self._life(life)}" for number, life in lists.document_type_lives.items()))
        )

    def _times(self, parameters: Parameters) -> str:
        timing = parameters.timing
        return self._say(
            "times.line",
            poll=self._bound(timing.poll_interval),
            reaction=self._bound(timing.reaction),
            give_up=self._bound(timing.give_up),
            margin=self._number(timing.margin),
            urgent=self._number(timing.urgent),
        )

    def _volumes(self, parameters: Parameters) -> str:
        volumes = parameters.volumes
        return self._say(
            "volumes.line",
            rows=self._number(volumes.directory_rows),
            waiting=self._number(volumes.waiting_documents),
            sizes=", ".join(map(self._megabytes, volumes.attachment_bytes)),
            types=", ".join(volumes.attachment_types),
        )

    def _retries(self, parameters: Parameters) -> str:
        retries = parameters.retries
        return self._say(
            "retries.line",
            resets=retries.resets_in_row,
            final=retries.final_repeats,
            transient=retries.transient_repeats,
            minute=retries.outage_per_minute,
            grace=self._number(retries.outage_grace),
            growth=self._number(retries.growth),
        )

    def _hub(self, parameters: Parameters) -> str:
        hub = parameters.hub
        return self._say(
            "hub.line", mode=hub.mode, skew=self._number(hub.timestamp_skew), codes=" ".join(hub.error_codes)
        )

    def _signatures(self, parameters: Parameters) -> str:
        signatures = parameters.signatures
        return self._say(
            "signatures.line",
            digests=", ".join(signatures.digests),
            weak=", ".join(signatures.weak_digests) or "-",
            rsa=signatures.smallest_rsa,
            ec=signatures.smallest_ec,
            anchors=len(signatures.trust_anchors),
            intermediates=len(signatures.intermediates),
            revocation=signatures.revocation,
        )


def _strong(content: str) -> str:
    return click.style(content, bold=True)


def width() -> int:
    """Return how many signs a line may have on this terminal."""
    return min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)


def _beside(head: str, content: str, width: int) -> list[str]:
    """Wrap `content` in a column of its own, to the right of `head`."""
    lines = textwrap.wrap(content, width - len(head), break_on_hyphens=False) or [""]
    return [head + lines[0], *(" " * len(head) + line for line in lines[1:])]

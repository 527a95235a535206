"""Pieces made from a profile: statuses, error codes, lengths, numbers."""

from collections.abc import Mapping

from harness.catalogue.parameters import Parameters
from harness.catalogue.texts import Language, entries, number_text
from harness.guide.model import Table
from harness.guide.texts import Say

_MEGABYTE = 1024 * 1024
_HOUR = 3600


def facts(parameters: Parameters, language: Language) -> Mapping[str, str]:
    """Return the numbers that texts of the guide name, written as the language does, by the word for each."""
    timing, retries, volumes = parameters.timing, parameters.retries, parameters.volumes
    numbers: dict[str, float] = {
        "attachment_mb": parameters.limits.attachment_bytes // _MEGABYTE,
        "package_mb": parameters.limits.package_bytes // _MEGABYTE,
        "skew_hours": parameters.hub.timestamp_skew / _HOUR,
        "poll_default": timing.poll_interval.default,
        "poll_highest": timing.poll_interval.highest,
        "reaction_default": timing.reaction.default,
        "give_up_default": timing.give_up.default,
        "urgent": timing.urgent,
        "resets": retries.resets_in_row,
        "final_repeats": retries.final_repeats,
        "outage_per_minute": retries.outage_per_minute,
        "growth": retries.growth,
        "directory_rows": volumes.directory_rows,
        "waiting_documents": volumes.waiting_documents,
    }
    return {name: _written(number, language) for name, number in numbers.items()}


def status_codes(parameters: Parameters, say: Say) -> Table:
    """Return the table of business statuses: code, name, who sends it, whether a reason is expected."""
    lists, order = parameters.code_lists, parameters.statuses
    rows = tuple(
        (
            f"`{code}`",
            status_name(code, say),
            say("by.sender" if code in order.sender_only else "by.receiver"),
            say("reason.due" if code in lists.statuses_with_reason else "reason.free"),
        )
        for code in lists.statuses
    )
    heads = tuple(say(f"head.{name}") for name in ("code", "meaning", "who", "reason"))
    return Table(heads, rows, say("statuses"))


def status_name(code: str, say: Say) -> str:
    """Return the name of a status, empty for one that only a custom profile has."""
    key = f"status.{code}"
    return say(key) if key in entries("guide") else ""


def error_codes(parameters: Parameters, say: Say) -> Table:
    """Return the table of the hub's error codes and what a client does about each."""
    rows = tuple(
        (f"`{number}`", code.text, say(f"kind.{code.kind}"), say(f"kind.{code.kind}.do"))
        for number, code in parameters.hub.error_codes.items()
    )
    heads = tuple(say(f"head.{name}") for name in ("code", "text", "kind", "do"))
    return Table(heads, rows, say("errors"))


def lengths(parameters: Parameters, say: Say) -> Table:
    """Return the table of longest texts."""
    rows = tuple(
        (f"`{path}`", str(length.remark or "–"), str(length.fail or "–")) for path, length in parameters.lengths.items()
    )
    return Table((say("head.element"), say("head.remark"), say("head.fail")), rows, say("lengths"))


def _written(number: float, language: Language) -> str:
    """Return a number as a language writes it."""
    return number_text(f"{number:,.15g}", language)


def document_types(parameters: Parameters, say: Say) -> Table:
    """Return the table of the numbers and names of administrative documents."""
    rows = tuple((str(number), name) for number, name in enumerate(parameters.code_lists.type_names, 1))
    return Table((say("head.code"), say("head.name")), rows, say("types"))

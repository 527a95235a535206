"""What a scenario waits for now, in words for those who look on."""

from typing import TYPE_CHECKING

from harness.cli.language import say

if TYPE_CHECKING:
    from harness.journal import Event

# Kinds of expectations, by what the candidate has to do for them.
_DOINGS = {
    "fetch": ("polled", "fetched"),
    "take": (
        "acked", "all-acked", "handled", "kept-once", "stored-as", "stored-once", "stored-when-acked", "still-stored",
        "all-stored", "still-serves", "welcomed", "safely-kept", "greeted",
    ),
    "status": ("status-sent", "status-to", "any-status", "status-names", "operates", "withdrawn"),
    "send": ("accepted", "order-taken", "sound", "carries", "sent-within", "distinct-ids", "one-identity"),
    "show": ("shown", "refused", "only-given", "closure-told"),
    "directory": ("registered", "directory-read", "directory-renewed"),
    "retry": ("retried", "list-retried", "waited", "paced", "pauses-grow", "bounded", "gave-up"),
    "fault": ("fault-met", "struck", "not-mistaken", "trusted", "signed-right", "not-taken-for-sent"),
    "nothing": ("no-status", "not-reached", "unvisited", "nothing-written", "untouched"),
}  # fmt: skip
_BY_KIND = {kind: doing for doing, kinds in _DOINGS.items() for kind in kinds}


def awaited(event: "Event") -> str | None:
    """Return what its scenario waits for after an event, None where that stays as it was."""
    from harness.journal import events as kinds

    match event.what:
        case kinds.ScenarioStarted():
            return say("cli-certify", "wait.begin")
        case kinds.PackageDelivered():
            return say("cli-certify", "wait.fetch")
        case kinds.ExpectationStated(expectation=expectation):
            doing = _BY_KIND.get(str(expectation.get("kind")))
            return None if doing is None else say("cli-certify", f"wait.{doing}")
        case kinds.HubDown():
            return say("cli-certify", "wait.down")
        case kinds.HubUp():
            return say("cli-certify", "wait.retry")
        case kinds.WindowClosed():
            return say("cli-certify", "wait.life")
        case _:
            return None

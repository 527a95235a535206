"""Every call to a driver leaves evidence of what was asked, what came back, and what did not."""

import asyncio
import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.drivers.protocol import DriverError, DriverLost, OperatorError
from harness.drivers.recorded import RecordedDriver
from harness.journal import Event, Journal, read_record

LIMIT = 10.0


class Scripted:
    """A driver that gives prepared results, or raises them."""

    skew = 3.5

    def __init__(self, *results: Any) -> None:
        self.results = list(results)
        self.closed = False

    async def call(self, command: str, arguments: Mapping[str, Any], limit: float) -> dict[str, Any]:
        result = self.results.pop(0)
        if isinstance(result, BaseException):
            raise result
        if result is None:
            await asyncio.Event().wait()
        return dict(result)

    async def close(self) -> None:
        self.closed = True


def events(directory: Path, driver: Scripted, *calls: tuple[str, dict[str, Any]]) -> list[Event]:
    journal = Journal(directory)

    async def run() -> None:
        recorded = RecordedDriver(driver, journal)
        for command, arguments in calls:
            try:
                await asyncio.wait_for(recorded.call(command, arguments, LIMIT, scenario="SND-01"), 0.2)
            except (DriverError, DriverLost, TimeoutError):
                continue
        await recorded.close()

    asyncio.run(run())
    journal.close()
    return list(read_record(directory).events)


def test_a_call_is_recorded_with_its_scenario_and_the_driver_is_closed(tmp_path: Path) -> None:
    driver = Scripted({"document_id": "A"})
    (event,) = events(tmp_path, driver, ("send", {"subject": "x"}))
    assert (event.kind, event.scenario) == ("driver", "SND-01")
    assert event.members["result"] == {"document_id": "A"}
    assert driver.closed


def test_attachments_go_into_blobs(tmp_path: Path) -> None:
    attachment = {"name": "a.pdf", "content_base64": base64.b64encode(b"%PDF").decode()}
    (event,) = events(tmp_path, Scripted({}), ("send", {"attachments": [attachment]}))
    (kept,) = event.members["arguments"]["attachments"]
    assert kept["size"] == 4
    assert read_record(tmp_path).blob(kept["blob"]) == b"%PDF"


def test_a_look_that_shows_nothing_new_is_recorded_without_its_content(tmp_path: Path) -> None:
    one: dict[str, Any] = {"documents": []}
    other = {"documents": [{"document_id": "A"}]}
    looks: list[tuple[str, dict[str, Any]]] = [("inbox", {})] * 3
    first, same, changed = events(tmp_path, Scripted(one, one, other), *looks)
    assert (first.kind, same.kind, changed.kind) == ("driver", "driver.same", "driver")
    assert same.members["as"] == first.seq
    assert first.scenario is None


@pytest.mark.parametrize(
    ("error", "command", "kind", "said"),
    [
        (DriverError("unsupported", "no"), "send", "driver.unsupported", "unsupported"),
        (DriverError("refused", "no"), "send", "driver", "refused"),
        (OperatorError("passive", "inbox"), "inbox", "driver.unsupported", "operator"),
        (OperatorError("skip", "send"), "send", "driver", "operator"),
        (DriverLost("silent", "http://x", "5 s"), "inbox", "driver", "lost"),
        (None, "inbox", "driver", "interrupted"),
    ],
)
def test_what_did_not_come_is_recorded_too(
    tmp_path: Path, error: Exception | None, command: str, kind: str, said: str
) -> None:
    (event,) = events(tmp_path, Scripted(error), (command, {}))
    assert (event.kind, event.members["error"]["kind"]) == (kind, said)


def test_the_other_clock_can_be_asked_through_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert RecordedDriver(Scripted(), journal).skew == 3.5
    journal.close()


def test_no_question_is_asked_without_a_terminal(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    driver = RecordedDriver(Scripted(), journal)
    assert driver.attended is None
    with pytest.raises(TypeError):
        asyncio.run(driver.look("inbox", [], []))
    journal.close()

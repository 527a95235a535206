"""The checks before a run: each finds what it is for, and nothing where nothing is wrong."""

import dataclasses
import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.catalogue.candidate import Candidate, load_candidate
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import load_profile
from harness.doctor.checks import PreflightCheck, Trouble, problems
from harness.doctor.declaration import FINDERS, check_declaration, closed_code
from harness.doctor.driver import check_clock, check_commands, check_configurable, reach_trouble
from harness.doctor.examination import Preflight, declaration_checks
from harness.doctor.exchange import check_vietnam_time, round_trip_trouble
from harness.drivers.protocol import DriverLost
from harness.journal import Event
from harness.journal.events import AnswerSent, RecordedTrouble, RequestReceived
from harness.vxp.timestamps import timestamp
from tests.journal.told_events import event_told, told_of

GOOD = """
schema: lienthong.candidate/1
candidate: {name: QLVB Alpha}
agency: {organ_id: 000.00.00.H41, organ_name: UBND tỉnh Nghệ An, system_id: vxp.test.01, secret: not-a-real-secret}
capabilities: [register, restart]
driver: {kind: http, url: "http://127.0.0.1:9000/driver"}
timing: {poll_interval: 0.5, reaction: 5, give_up: 10}
"""
HTTP = 'kind: http, url: "http://127.0.0.1:9000/driver"'


def found(directory: Path, old: str = "", new: str = "") -> list[tuple[str, str, int | None]]:
    """Return what the checks find in the good declaration with `old` replaced: check, code, line."""
    path = directory / "candidate.yaml"
    path.write_text(GOOD.replace(old, new) if old else GOOD, encoding="utf-8")
    candidate, located = load_candidate(path)
    profile = load_profile()
    return [
        (check, one.code, one.line)
        for check, find in FINDERS.items()
        for one in find(candidate, located, profile, os.environ)
    ]


@pytest.mark.parametrize(
    ("organ_id", "day", "code"),
    [
        ("000.00.00.G14", date(2025, 4, 13), None),
        ("000.00.00.G14", date(2025, 4, 14), "candidate.code-closed"),
        ("H02.12", date(2026, 1, 1), "candidate.code-closed"),
        ("000.00.00.H41", date(2026, 1, 1), None),
        ("A01", date(2026, 1, 1), None),
    ],
)
def test_an_agency_whose_code_is_closed_is_noted_and_may_run(
    tmp_path: Path, organ_id: str, day: date, code: str | None
) -> None:
    path = tmp_path / "candidate.yaml"
    path.write_text(GOOD.replace("000.00.00.H41", organ_id), encoding="utf-8")
    candidate, located = load_candidate(path)
    noted = list(closed_code(candidate, located, load_profile("qcvn102-2025"), day))
    assert [(one.code, one.note, one.line) for one in noted] == ([(code, True, 4)] if code else [])
    if code is not None:
        visit = Preflight(str(path), "qcvn102-2025", ("127.0.0.1", 0), "vi")
        checks = {check.id: check for check in declaration_checks(visit, load_profile(visit.profile))}
        assert checks["identifiers"].state == "note"
        assert checks["identifiers"].facts


def test_nothing_is_found_where_nothing_is_wrong(tmp_path: Path) -> None:
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "check", "code", "line"),
    [
        ("000.00.00.H41", "H-41", "identifiers", "candidate.organ-id", 4),
        ("000.00.00.H41", "00.53.W00", "identifiers", "candidate.organ-is-hub", 4),
        ("UBND tỉnh Nghệ An", "' '", "identifiers", "candidate.organ-name-blank", 4),
        ("vxp.test.01", "hệ thống", "identifiers", "candidate.system-id", 4),
        ("vxp.test.01", '"a\\r\\nb"', "identifiers", "candidate.system-id", 4),
        ("vxp.test.01", "harness.peers", "identifiers", "candidate.system-taken", 4),
        ("give_up: 10", "give_up: 9999", "times", "candidate.time-out-of-bounds", 7),
        ("secret: not-a-real-secret", "secret: short", "secret", "candidate.secret-too-short", 4),
        ("secret: not-a-real-secret", 'secret: "not-a-real-secret\\n"', "secret", "candidate.secret-blanks", 4),
        ("secret: not-a-real-secret", "secret_env: NO_SUCH_NAME", "secret", "candidate.secret-env-unset", 4),
        ("http://127.0.0.1:9000/driver", "127.0.0.1:9000", "files", "candidate.driver-url", 6),
        ("http://127.0.0.1:9000/driver", "http://127.0.0.1:99999/", "files", "candidate.driver-url", 6),
        (
            'kind: http, url: "http://127.0.0.1:9000/driver"',
            "kind: command, argv: []",
            "files",
            "candidate.no-program",
            6,
        ),
        (
            'kind: http, url: "http://127.0.0.1:9000/driver"',
            "kind: command, argv: [./no-such-program]",
            "files",
            "candidate.program-missing",
            6,
        ),
        (
            HTTP,
            "kind: manual, answers: none.yaml",
            "files",
            "file.unreadable",
            None,
        ),
    ],
)
def test_each_check_finds_what_it_is_for(
    tmp_path: Path, old: str, new: str, check: str, code: str, line: int | None
) -> None:
    assert found(tmp_path, old, new) == [(check, code, line)]


def test_a_certification_stops_at_the_first_thing_wrong(tmp_path: Path) -> None:
    path = tmp_path / "candidate.yaml"
    path.write_text(GOOD.replace("not-a-real-secret", "short"), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        check_declaration(*load_candidate(path), load_profile(), {})
    assert caught.value.code == "candidate.secret-too-short"


def declared(tmp_path: Path) -> Candidate:
    path = tmp_path / "candidate.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return load_candidate(path)[0]


ALL = ["send", "decide", "inbox", "outbox", "register", "directory", "stop", "start", "configure"]


@pytest.mark.parametrize(
    ("commands", "state", "codes"),
    [
        (ALL, "ok", []),
        ([one for one in ALL if one != "directory"], "problem", ["driver.capability-without-command"]),
        (
            [one for one in ALL if one not in {"stop", "register"}],
            "problem",
            ["driver.capability-without-command", "driver.capability-without-command"],
        ),
        ([one for one in ALL if one != "outbox"], "note", ["driver.command-missing"]),
        (None, "problem", ["driver.no-commands"]),
        ("send", "problem", ["driver.no-commands"]),
    ],
)
def test_a_declared_capability_needs_its_commands(tmp_path: Path, commands: Any, state: str, codes: list[str]) -> None:
    check = check_commands({"commands": commands}, declared(tmp_path), "http")
    assert check.state == state
    assert [trouble.code for trouble in check.troubles] == codes


@pytest.mark.parametrize("kind", ["manual", "passive"])
def test_who_is_moved_by_hand_has_no_commands_to_check(tmp_path: Path, kind: str) -> None:
    assert check_commands({"commands": []}, declared(tmp_path), kind).state == "skipped"


@pytest.mark.parametrize(
    ("commands", "made", "port", "code"),
    [
        (["configure"], True, False, None),
        ([], True, True, "driver.secret-not-told"),
        ([], False, False, "driver.address-not-told"),
        ([], False, True, None),
    ],
)
def test_what_cannot_be_passed_on_must_be_known(commands: list[str], made: bool, port: bool, code: str | None) -> None:
    found = check_configurable({"commands": commands}, "http", secret_made=made, port_chosen=port)
    assert [trouble.code for trouble in found] == ([code] if code else [])


@dataclasses.dataclass
class Clocked:
    skew: float | None

    async def call(self, command: str, arguments: Any, limit: float) -> dict[str, Any]:
        return {}

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(("skew", "state"), [(None, "skipped"), (1.4, "ok"), (-59.0, "ok"), (7200.0, "problem")])
def test_the_drivers_clock(skew: float | None, state: str) -> None:
    assert check_clock(Clocked(skew)).state == state


def event(hours: float = 0.0, **data: Any) -> Event[RequestReceived]:
    now = datetime.fromisoformat("2026-11-23T10:00:00+07:00")
    stamp = timestamp(now + timedelta(hours=hours))
    whole = {
        "system_id": "vxp.test.01",
        "operation": "getReceivedEdocList",
        "parameters": {"timestamp": stamp},
        "signature": {"sign_header_present": True, "problems": []},
        **data,
    }
    return told_of(RequestReceived, event_told(4, "request", whole, at=now.isoformat()))


@pytest.mark.parametrize(
    ("hours", "state"), [(0.0, "ok"), (0.1, "ok"), (-7.0, "note"), (1.0, "note"), (-2.37, "ok"), (-100.0, "ok")]
)
def test_a_candidate_of_another_zone_is_distinguished_from_one_that_started_long_ago(hours: float, state: str) -> None:
    assert check_vietnam_time(event(hours)).state == state


def test_a_request_without_a_time_tells_nothing() -> None:
    assert check_vietnam_time(None).state == "skipped"
    assert check_vietnam_time(event(parameters={"timestamp": "yesterday"})).state == "skipped"


@pytest.mark.parametrize(
    ("request_data", "answer", "code"),
    [
        ({}, {"error_code": "0"}, None),
        ({"system_id": "other"}, {"error_code": "15"}, "round-trip.other-system"),
        ({"signature": {"sign_header_present": False, "problems": []}}, {"error_code": "15"}, "round-trip.unsigned"),
        (
            {"signature": {"sign_header_present": True, "problems": [{"code": "hash-mismatch", "key": ""}]}},
            {"error_code": "15"},
            "round-trip.wrong-secret",
        ),
        (
            {"signature": {"sign_header_present": True, "problems": [{"code": "not-json", "key": ""}]}},
            {"error_code": "15"},
            "round-trip.badly-signed",
        ),
        ({}, {"error_code": "10", "error_desc": "bad"}, "round-trip.refused"),
    ],
)
def test_the_first_request_says_what_is_wrong_with_it(
    request_data: dict[str, Any], answer: dict[str, Any], code: str | None
) -> None:
    answered = AnswerSent(request=4, **answer)
    trouble = round_trip_trouble(event(**request_data).what, answered, "vxp.test.01")
    assert (trouble.code if trouble else None) == code


def test_a_certificate_that_is_not_trusted_has_a_remedy_of_its_own() -> None:
    lost = DriverLost("unreachable", "https://x", "[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")
    assert reach_trouble(lost).code == "driver-lost.tls"
    assert reach_trouble(DriverLost("silent", "https://x")).code == "driver-lost.silent"


def test_notes_are_no_problems() -> None:
    checks = [
        PreflightCheck("a", (Trouble("x", note=True),)),
        PreflightCheck("b", (Trouble("y"),)),
        PreflightCheck("c", skipped=True),
    ]
    assert [check.state for check in checks] == ["note", "problem", "skipped"]
    assert [trouble.code for trouble in problems(checks)] == ["y"]
    assert checks[1].recorded().troubles == (RecordedTrouble("y", "configuration"),)

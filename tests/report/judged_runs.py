"""Small run directories, made the way `certify` makes them: judging the record gives exactly the report."""

import json
from pathlib import Path
from typing import Any

from harness.catalogue.profiles import load_profile
from harness.engine.publication import PublishedRun, publish
from harness.journal import Journal
from harness.seal.laboratory import Laboratory
from harness.seal.record_seal import begin, seal_record
from tests.journal.told_events import fact
from tests.report.report_runs import CANDIDATE

PROFILE = "qcvn102-2022"
RUN_ID = "20261123-101530-a1b2c3"


def record_run(directory: Path, laboratory: Laboratory | None = None, only: tuple[str, ...] = ("SND-01",)) -> None:
    """Leave the record of a run in which the candidate never called; with a key it is sealed when it is closed."""
    directory.mkdir(parents=True, exist_ok=True)
    profile = load_profile(PROFILE)
    (directory / "run.json").write_text(json.dumps(_run_file(profile.sha256, profile.version)), encoding="utf-8")
    journal = Journal(directory)
    birth = begin(journal, RUN_ID, laboratory.key) if laboratory and laboratory.key else None
    journal.record(fact("run.started", _started(profile.sha256, profile.version, only)))
    journal.blob(b"kept")
    journal.record(fact("run.finished", {"reason": "complete"}))
    journal.close()
    if birth is not None:
        seal_record(birth, journal, directory)


def judged_run(directory: Path, laboratory: Laboratory | None = None, **named: Any) -> PublishedRun:
    """Make a complete run: recorded, judged, rendered as a page, sealed."""
    record_run(directory, laboratory, **named)
    return publish(load_profile(PROFILE), directory, "en", ("html",), laboratory)


def forge_pass(directory: Path) -> None:
    """Edit the report of a run to a pass, as a forger would."""
    path = directory / "report.json"
    report = json.loads(path.read_bytes())
    report["verdict"] = "pass"
    for entry in report["requirements"]:
        entry |= {"verdict": "pass", "cause": None}
    path.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _run_file(sha256: str, version: str) -> dict[str, Any]:
    return {
        "schema": "lienthong.run/1",
        "run_id": RUN_ID,
        "started": "2026-11-23T10:15:30+07:00",
        "seed": 7,
        "profile": {"id": PROFILE, "version": version, "sha256": sha256, "source": PROFILE},
        "candidate": CANDIDATE,
        "source": "reference",
        "driver": "http",
    }


def _started(sha256: str, version: str, only: tuple[str, ...]) -> dict[str, Any]:
    return {
        "run_id": RUN_ID,
        "seed": 7,
        "numbering": 0,
        "harness": {"name": "lienthong-harness", "version": "0.1.0", "python": "3.11", "selftest": None},
        "profile": {"id": PROFILE, "version": version, "sha256": sha256},
        "candidate": CANDIDATE,
        "driver": "http",
        "capabilities": CANDIDATE["capabilities"],
        "organs": ["000.00.00.H41"],
        "only": list(only),
        "scenarios": [{"id": one, "requirements": [one]} for one in only],
        "times": {"poll_interval": 0.5, "reaction": 5.0, "give_up": 10.0},
        "trust": {},
    }

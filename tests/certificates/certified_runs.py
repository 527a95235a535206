"""An authority, and small runs that pass by a profile of one requirement: recorded, judged, sealed as by `certify`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.catalogue.profiles import load_profile
from harness.catalogue.requirements import load_catalogue
from harness.certificates.authority import CertificationAuthority, authority_of
from harness.certificates.eligibility import ProductUnderTest
from harness.engine.publication import publish
from harness.journal import Journal
from harness.seal.laboratory import Laboratory, load_laboratory
from harness.seal.laboratory_folder import create_laboratory
from harness.seal.record_seal import begin, seal_record
from tests.journal.told_events import fact
from tests.report.report_runs import CANDIDATE, DOCUMENT

REQUIREMENT = "SND-01"
PROFILE_ID = "thu-nho"
AUTHORITY = "Cục Thử nghiệm và Chứng nhận"
REGISTER = "https://chungnhan.example.vn/register"
PRODUCT = ProductUnderTest("QLVB Alpha", "3.2")
NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
_ORDER = {"code_number": "101", "code_notation": "UBND-VX"}


@dataclass(frozen=True)
class Authority:
    """A folder of an authority that is its own laboratory, read."""

    folder: Path

    @property
    def laboratory(self) -> Laboratory:
        return load_laboratory(self.folder)

    @property
    def authority(self) -> CertificationAuthority:
        return authority_of(self.laboratory, self.folder)


def make_authority(folder: Path, *, terms: str = "") -> Authority:
    """Make an authority with a profile of its own, in which one requirement counts."""
    create_laboratory(folder, name=AUTHORITY, address="Số 1, Hà Nội", register=REGISTER)
    if terms:
        with (folder / "laboratory.yaml").open("a", encoding="utf-8") as file:
            file.write(terms)
    write_profile(folder / "profiles" / PROFILE_ID)
    return Authority(folder)


def write_profile(folder: Path, *kept: str, more: str = "") -> None:
    """Write the profile in which only some requirements count."""
    folder.mkdir(parents=True, exist_ok=True)
    off = "\n".join(f'  {one}: "off"' for one in load_catalogue().requirements if one not in (kept or (REQUIREMENT,)))
    head = "schema: lienthong.profile/1\nextends: qcvn102-2025\ntitle: {vi: Hồ sơ nhỏ, en: Small profile}\n"
    content = f'{head}id: {PROFILE_ID}\nversion: "1"\n{more}levels:\n{off}\n'
    (folder / "profile.yaml").write_text(content, encoding="utf-8")


def passed_run(
    directory: Path,
    made_by: Authority,
    *,
    laboratory: Laboratory | None = None,
    candidate: Mapping[str, Any] = CANDIDATE,
    only: tuple[str, ...] | None = None,
    refused: bool = False,
    released: bool = True,
    sealed: bool = True,
    over: bool = True,
) -> Path:
    """Leave a run in which a document was ordered and the order taken, as `certify` leaves one; and what bars it.

    Args:
        directory: of the run.
        made_by: whose profile it is judged by, and whose laboratory records it.
        laboratory: another one that records it.
        candidate: as declared.
        only: what it was narrowed to.
        refused: whether the candidate refused the order, and so fails.
        released: whether the harness says that it is a released one.
        sealed: whether the record is sealed when it is closed.
        over: whether the scenario was played to its end.
    """
    laboratory = laboratory or made_by.laboratory
    source = str(made_by.folder / "profiles" / PROFILE_ID)
    profile = load_profile(source)
    directory.mkdir(parents=True, exist_ok=True)
    named = {"id": profile.id, "version": profile.version, "sha256": profile.sha256}
    run_id = f"run-{directory.parent.name}"
    facts = {
        "schema": "lienthong.run/1", "run_id": run_id, "seed": 7, "profile": {**named, "source": source},
        "candidate": dict(candidate), "source": "reference", "driver": "http", "laboratory": {"name": AUTHORITY},
    }  # fmt: skip
    (directory / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    journal = Journal(directory)
    birth = begin(journal, run_id, laboratory.key) if sealed and laboratory.key else None
    selftest = {"version": "0.1.0", "current": released, "released": released}
    started = {
        "run_id": run_id, "profile": named, "candidate": dict(candidate), "driver": "http", "only": only,
        "capabilities": candidate["capabilities"], "scenarios": [{"id": REQUIREMENT, "requirements": [REQUIREMENT]}],
        "harness": {"name": "lienthong-harness", "version": "0.1.0", "program": "ab" * 32, "selftest": selftest},
    }  # fmt: skip
    journal.record(fact("run.started", started))
    journal.record(fact("scenario.started", {"requirements": [REQUIREMENT]}), scenario=REQUIREMENT)
    answer = {"error": {"kind": "refused", "message": "no"}} if refused else {"result": {"document_id": DOCUMENT}}
    journal.record(fact("driver", {"command": "send", "arguments": _ORDER, **answer}), scenario=REQUIREMENT)
    taken = {"kind": "order-taken", "command": "send", "arguments": _ORDER}
    duty = {"role": "duty", "requirement": REQUIREMENT, "expectation": taken}
    journal.record(fact("expectation", duty), scenario=REQUIREMENT)
    if over:
        journal.record(fact("scenario.finished", {"outcome": "completed"}), scenario=REQUIREMENT)
    journal.record(fact("run.finished", {"reason": "complete"}))
    journal.close()
    if birth is not None:
        seal_record(birth, journal, directory)
    publish(profile, directory, "vi", ("html",), laboratory if sealed else None)
    return directory

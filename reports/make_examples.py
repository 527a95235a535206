"""Makes the two examples of a certification report: one that passed and one that failed.

    python reports/make_examples.py             certify the reference agency, and a defective one, and render both
    python reports/make_examples.py --render    only render again, after a change to templates or words

What a report shows of a run (report.json, run.json, the events and packages behind its findings) is kept beside the
pages, so that they can be rendered again without a run; a whole record would be hundreds of megabytes.
"""

import argparse
import json
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import anyio
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from harness.crypto.testpki.folder import make_laboratory
from harness.drivers.operator import Unattended
from harness.engine.certification import CertificationOrder, run_order
from harness.journal import Event, Record
from harness.journal.bodies import BLOB_FOLDER, is_kept, read_body
from harness.journal.event import JournalLine, event_of
from harness.journal.events import RequestReceived
from harness.report.cards import events_found
from harness.report.html import render_html
from harness.report.report_builder import Setting, build
from harness.report.sequence import SequenceDiagrams
from harness.resources import folder
from harness.seal.laboratory import Authorised, LaboratoryIdentity, LaboratoryKey, PublicKey
from harness.seal.manifest import evidence_digest, evidence_of
from harness.seal.run_files import REPORT_FILE, RUN_FILE, Source, read_report, read_run_file, source_of

EXAMPLES = {"passed": "reference", "failed": "reference:fails-a-redelivery"}
_IDENTITY = LaboratoryIdentity(
    name="Phòng thử nghiệm mẫu (Example Laboratory)",
    address="Số 1, phố Mẫu, Hà Nội",
    authorised=Authorised(name="Nguyễn Văn Mẫu", title="Trưởng phòng"),
)
_EVENTS = "events.jsonl"
_SETTING = "setting.json"
_LARGEST_BLOB = 65536
_PROFILE = "qcvn102-2025"
_JOBS = 6  # few at a time: the examples must not depend on how busy this machine is


def distil(run: Path, target: Path, key: PublicKey) -> None:
    """Keep of a run what its report shows."""
    report = read_report(run)
    source = source_of(run, report)
    events = source.record.events if source.record else ()
    kept = {event.seq: event for event in (*events[:1], *events[-1:])}
    diagrams = SequenceDiagrams(events)
    for scenario in report.scenarios:
        found = events_found(scenario)
        shown = diagrams.events(scenario.id, found) if scenario.verdict not in {"pass", "remark"} else ()
        kept |= {event.seq: event for event in shown}
        kept |= {event.seq: event for event in events if event.seq in found}
    shutil.rmtree(target, ignore_errors=True)
    (target / BLOB_FOLDER).mkdir(parents=True)
    for name in (REPORT_FILE, RUN_FILE):
        shutil.copy(run / name, target / name)
    lines = [_line(kept[seq]) + b"\n" for seq in sorted(kept)]
    (target / _EVENTS).write_bytes(b"".join(lines))
    for seq in kept:
        _keep_package(kept[seq], run, target)
    setting = {"evidence": evidence_digest(evidence_of(run)), "key": {"sha256": key.sha256, "pem": key.pem}}
    (target / _SETTING).write_text(json.dumps(setting, indent=1) + "\n", encoding="utf-8")


def _line(event: Event) -> bytes:
    """Return an event as a line of the journal that names no blob for what it says."""
    fields = (event.seq, event.at, event.elapsed, event.kind, dict(event.members))
    return msgspec.json.encode(JournalLine(*fields, event.scenario, event.prev, event.hash))


def _keep_package(event: Event, run: Path, target: Path) -> None:
    package = event.what.package if isinstance(event.what, RequestReceived) else None
    name = package.blob if package else None
    if name and is_kept(run / BLOB_FOLDER, name):
        content = read_body(run / BLOB_FOLDER, name)
        if len(content) <= _LARGEST_BLOB:
            (target / BLOB_FOLDER / name).write_bytes(content)


def rendered(kept: Path) -> str:
    """Return the page of an example from what was kept of its run."""
    lines = (kept / _EVENTS).read_bytes().splitlines()
    read = (msgspec.json.decode(line, type=JournalLine) for line in lines)
    events = tuple(event_of(line, line.data) for line in read)
    source = Source(kept, read_report(kept), read_run_file(kept), Record(events, kept))
    stated = json.loads((kept / _SETTING).read_bytes())
    setting = Setting(stated["evidence"], SequenceDiagrams(events), PublicKey(**stated["key"]), _IDENTITY)
    return render_html([build(source, "vi", setting), build(source, "en", setting)])


def _certified(candidate: str, directory: Path) -> Path:
    order = CertificationOrder(
        candidate=candidate, profile=_PROFILE, only=None, directory=directory, language="vi", seed=20261123, jobs=_JOBS
    )
    anyio.run(run_order, order, Unattended(), None)
    return directory


def main() -> None:
    """Make both examples, or only render them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--render", action="store_true")
    only_render = parser.parse_args().render
    identity = make_laboratory(datetime.now(UTC))
    if not isinstance(identity.key, ec.EllipticCurvePrivateKey):
        sys.exit("the laboratory's key is no EC key")
    target = folder("reports") / "examples"
    for name, candidate in EXAMPLES.items():
        if not only_render:
            with tempfile.TemporaryDirectory() as scratch:
                run = _certified(candidate, Path(scratch) / name)
                distil(run, target / name, LaboratoryKey(identity.key).public)
        (target / f"{name}.html").write_text(rendered(target / name), encoding="utf-8")
        sys.stdout.write(f"{target / name}.html\n")


if __name__ == "__main__":
    main()

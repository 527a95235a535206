"""Speed and memory of the static rules and of `validate`, against lxml doing only parse and schema validation.

    python -m tests.benchmarks.static_rules [small] [whole] [large] [bulk] [process] [hostile]

Prints figures and judges nothing. What one process does is measured in processor time, the least of many runs taken in
turns, which other work on the machine disturbs least; the rest in time on the clock, which wants a quiet machine.
"""

import contextlib
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from lxml import etree

from harness.catalogue.profiles import load_profile
from harness.cli.validate import command as validate
from harness.crypto.testpki.pki import Pki
from harness.edxml.model import Attachment
from harness.edxml.packages import write_package
from harness.journal.recorder import VIETNAM
from harness.rules.check import check_package
from harness.rules.structure import gate
from harness.vectors.forged_packages import signed_by
from harness.vectors.forged_pdfs import PDF_FORGERIES
from harness.vectors.packages import files
from harness.vectors.packages.base import DocumentIdentity, attached, document, package, with_attachments

AT = datetime(2025, 10, 1, 12, tzinfo=VIETNAM)
OWN_GROUPS = frozenset({"PKG", "HDR", "TRC", "ATT", "STP"})
PARSER = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True, load_dtd=False)
ENTRY = (sys.executable, "-c", "from harness.cli import main; main()")
MEGABYTE = 1024 * 1024
FILES = 1000  # a call of `validate` starts a process, which is to count for little


def usual(number: int = 1) -> bytes:
    """Return a package of 10 kB: three receivers and a PDF."""
    made = package(DocumentIdentity(number=str(number)))
    to = tuple(replace(made.to[0], organ_id=f"000.00.{n:02}.H41", telephone="024 38043100") for n in range(1, 4))
    return write_package(replace(made, to=to, attachments=(attached("a.pdf", files.pdf() + b"%" * 2500, "1"),)))


def huge() -> bytes:
    """Return a package of 100 MB: two attachments of 37 MB, which no profile refuses."""
    content = files.pdf() + os.urandom(37_400_000)
    carried = (Attachment(f"cid:{n}", f"{n}.pdf", "application/pdf", content) for n in (1, 2))
    return with_attachments(DocumentIdentity(), *carried).written()


def parse_and_validate(data: bytes) -> None:
    """Do what every check is on."""
    gate().validate(etree.fromstring(data, PARSER).getroottree())


def small() -> None:
    """One package of 10 kB."""
    profile, data = load_profile(), usual()
    runs: dict[str, Callable[[], object]] = {
        "lxml parse + schema": lambda: parse_and_validate(data),
        "rules PKG HDR TRC ATT STP": lambda: check_package(data, profile, AT, groups=OWN_GROUPS),
        "all rules": lambda: check_package(data, profile, AT),
    }
    least = dict.fromkeys(runs, float("inf"))
    for _ in range(120):
        for name, run in runs.items():
            begun = time.process_time()
            for _ in range(20):
                run()
            least[name] = min(least[name], (time.process_time() - begun) / 20)
    base = least["lxml parse + schema"]
    for name, seconds in least.items():
        print(f"{len(data):,} bytes  {name:28} {seconds * 1e6:7.0f} µs  {seconds / base:5.2f}x")


def whole() -> None:
    """`validate --jobs 1 --format jsonl` with all rules, against reading, parsing and hashing the same files."""
    kinds = {"good but unsigned": document(DocumentIdentity()).written(), "faulty": faulty(), "signed": signed()}
    with tempfile.TemporaryDirectory() as folder:
        for name, data in kinds.items():
            place = Path(folder) / name
            place.mkdir()
            for number in range(FILES):
                (place / f"{number:04}.edxml").write_bytes(data)
            base, checked = _in_turns(partial(_parsed_and_hashed, place), partial(_validated, place), turns=5)
            findings = len(check_package(data, load_profile(), AT).findings)
            print(
                f"{len(data):,} bytes, {name}, {findings} findings  parse + hash {base * 1e6:5.0f} µs"
                f"   validate {checked * 1e6:6.0f} µs  {checked / base:5.2f}x"
            )


def faulty() -> bytes:
    """Return a package with ten defects, each of another requirement."""
    draft = document(DocumentIdentity())
    wrong = {
        "MessageHeader/From/OrganId": "khong-co", "CodeNumber": "so 7", "PromulgationDate": "30/09/2024",
        "DocumentType/Type": "99", "MessageHeader/Subject": "x" * 501, "OtherInfo/Priority": "9",
        "SteeringType": "9", "OtherInfo/PageAmount": "nhieu", "MessageHeader/From/Email": "khong",
        "TraceHeader/Timestamp": "30/09/2024",
    }  # fmt: skip
    for path, text in wrong.items():
        draft = draft.with_text(path, text)
    return draft.written()


def signed() -> bytes:
    """Return a package that is signed itself and carries a PDF with two signatures."""
    pki, limits = Pki(AT), load_profile().parameters.limits
    content = PDF_FORGERIES["person-then-agency"].build(pki, AT)
    made = with_attachments(DocumentIdentity(), attached("a.pdf", content, "1")).written()
    return signed_by("agency")(made, pki, limits)


def _parsed_and_hashed(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        etree.fromstring(data, PARSER)
        hashlib.sha256(data).hexdigest()


def _validated(folder: Path) -> None:
    reported = ["--jobs", "1", "--format", "jsonl", "--at", "2025-10-01", "--quiet", str(folder)]
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        validate.main(reported, standalone_mode=False)


def _in_turns(*runs: Callable[[], None], turns: int) -> list[float]:
    """Return the least processor time of each, in seconds per file."""
    least = [float("inf")] * len(runs)
    for _ in range(turns):
        for number, run in enumerate(runs):
            begun = _processor()
            run()
            least[number] = min(least[number], (_processor() - begun) / FILES)
    return least


def _processor() -> float:
    """Return the processor time of this process and of those it has ended: `validate` checks in another one."""
    return sum(os.times()[:4])


def large() -> None:
    """One package of 100 MB, each way in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "huge.edxml"
        path.write_bytes(huge())
        size = path.stat().st_size
        found = {way: min(_apart(way, path) for _ in range(5)) for way in ("lxml", "own", "all")}
        base = found["lxml"][0]
        for way, (seconds, peak) in found.items():
            print(
                f"{size / MEGABYTE:.0f} MB  {way:5} {seconds:6.2f} s  {seconds / base:5.2f}x"
                f"   peak {peak:4.0f} MB, {peak * MEGABYTE / size:.2f}x the file"
            )


def _apart(way: str, path: Path) -> tuple[float, float]:
    command = [
        sys.executable,
        "-m",
        __spec__.name if __spec__ else "tests.benchmarks.static_rules",
        "--one",
        way,
        str(path),
    ]
    reported = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return reported["seconds"], reported["peak"]


def one(way: str, path: str) -> None:
    """Check one file in this process and return time and peak memory."""
    profile, data = load_profile(), Path(path).read_bytes()
    parse_and_validate(b"<edXML/>")
    begun = time.process_time()
    if way == "lxml":
        parse_and_validate(data)
    else:
        check_package(data, profile, AT, groups=OWN_GROUPS if way == "own" else None)
    seconds = time.process_time() - begun
    print(json.dumps({"seconds": seconds, "peak": _peak()}))


def _peak() -> float:
    """Return the most memory this process has used, in MB; of a child it is not what its parent once had."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bulk() -> None:
    """20,000 packages on one processor and on two."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(20_000):
            place = Path(folder) / f"{number // 1000:02}"
            place.mkdir(exist_ok=True)
            (place / f"{number:05}.edxml").write_bytes(usual(number + 1))
        seconds = {jobs: min(_whole(folder, "--jobs", str(jobs), "--quiet") for _ in range(3)) for jobs in (1, 2)}
        for jobs, least in seconds.items():
            print(f"20,000 packages  --jobs {jobs}  {least:6.2f} s  {20_000 / least:6.0f}/s  {seconds[1] / least:.2f}x")


def process() -> None:
    """Validate of one file, whole process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.edxml"
        path.write_bytes(usual())
        times = sorted(_whole(path) for _ in range(15))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        _whole(path)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"validate of one file  least {times[0]:.3f} s  median {times[7]:.3f} s  processor {processor:.3f} s")


def _whole(*arguments: object) -> float:
    command = [*ENTRY, "validate", "--no-signatures", "--at", "2025-10-01", *map(str, arguments)]
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def hostile() -> None:
    """Every hostile package in a process of its own."""
    from tests.rules.hostile_packages import HOSTILE

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hostile"
        for name, (make, _) in HOSTILE.items():
            path.write_bytes(make())
            seconds, peak = _apart("own", path)
            print(f"{name:32} {seconds:6.3f} s  peak {peak:4.0f} MB")


PARTS = {each.__name__: each for each in (small, whole, large, bulk, process, hostile)}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(*sys.argv[2:])
    else:
        for part in sys.argv[1:] or PARTS:
            PARTS[part]()

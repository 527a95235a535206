"""What a package may cost is bounded from outside, a package that costs more is reported, and nothing else changes."""

import os
import signal
import subprocess
import sys
import time
from multiprocessing import Pipe

import msgspec
import pytest

from harness.catalogue.profiles import Profile
from harness.catalogue.verdicts import Cause
from harness.crypto.pdf import signed_files
from harness.crypto.pdf.signed_files import signed_pdf
from harness.rules import confinement
from harness.rules.bounded_process import BoundedProcess
from harness.rules.check import check_package
from harness.rules.confinement import examine
from harness.vectors.forged_packages import signed_by
from tests.crypto.signing_material import LIMITS, NOW, PROFILE, SIGNATURES, package, pki, trust


def with_budget(cpu: float, memory: int = 1 << 30) -> Profile:
    """Return the profile with another budget, in which PDF signatures of any length are read."""
    bounds = msgspec.structs.replace(SIGNATURES.bounds, pdf_contents=1 << 30)
    signatures = msgspec.structs.replace(SIGNATURES, bounds=bounds)
    budget = msgspec.structs.replace(PROFILE.parameters.budget, cpu=cpu, memory=memory)
    parameters = msgspec.structs.replace(PROFILE.parameters, signatures=signatures, budget=budget)
    return msgspec.structs.replace(PROFILE, parameters=parameters)


def slow() -> bytes:
    """Return a package whose PDF file takes a reader many seconds."""
    reserved, signed_files._RESERVED = signed_files._RESERVED, 6_000_000
    try:
        return package((("van-ban.pdf", signed_pdf(pki().identity("person"), at=NOW)),))
    finally:
        signed_files._RESERVED = reserved


def test_the_same_is_said_with_and_without_a_process_of_its_own() -> None:
    plain, signed = package(), signed_by("agency")(package(), pki(), LIMITS)
    for data in (plain, signed, b"<a/>", b"Attachment", signed.replace(b"kiem", b"xiem")):
        assert examine(data, PROFILE, NOW, trust()) == check_package(data, PROFILE, NOW, trust=trust())


def test_a_package_that_costs_too_much_time_is_reported_and_the_next_one_is_examined() -> None:
    profile = with_budget(cpu=0.5)
    began = time.monotonic()
    report = examine(slow(), profile, NOW, trust())
    assert time.monotonic() - began < 15
    assert [(one.code, one.expected) for one in report.findings] == [("PKG-10.time", "0.5 s")]
    assert report.spoken_of == {"PKG-10"}
    good = signed_by("agency")(package(), pki(), LIMITS)
    assert examine(good, PROFILE, NOW, trust()) == check_package(good, PROFILE, NOW, trust=trust())


def test_a_package_that_costs_too_much_memory_is_reported() -> None:
    big = package((("so-lieu.docx", os.urandom(12_000_000)),))
    report = examine(big, with_budget(cpu=10, memory=8 << 20), NOW, trust())
    assert [(one.code, one.expected) for one in report.findings] == [("PKG-10.memory", "8 MB")]
    assert "PKG-10.memory" not in [one.code for one in examine(big, with_budget(cpu=10), NOW, trust()).findings]


def test_a_process_that_was_ended_from_elsewhere_is_started_anew() -> None:
    data = package()
    examine(data, PROFILE, NOW, trust())
    worker = confinement._shared._worker
    assert worker is not None
    os.kill(worker.pid, signal.SIGKILL)
    assert examine(data, PROFILE, NOW, trust()) == check_package(data, PROFILE, NOW, trust=trust())


def test_a_package_that_ends_its_process_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    program = [sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]

    def ends_at_once(_: str) -> BoundedProcess:
        ours, theirs = Pipe()
        process = subprocess.Popen(program, pass_fds=[theirs.fileno()])
        theirs.close()
        return BoundedProcess(process.pid, ours, process.wait)

    monkeypatch.setattr(confinement, "program", ends_at_once)
    confined = confinement._Confinement()
    report = confined.examine(package(), (PROFILE, trust()), NOW)
    assert report.findings == ()
    assert [(one.detail, one.cause) for one in report.undecided] == [("PKG-10.not-examined", Cause.HARNESS)]


def test_a_copy_of_this_process_examines_as_well() -> None:
    """As `certify` and `judge` start it: with a single thread, before anything is open."""
    script = (
        "from harness.rules import confinement as c; from tests.crypto.signing_material import *\n"
        "c.prepare(); pid = c._shared._worker.pid\n"
        "assert c.examine(package(), PROFILE, NOW, trust()) == check_package(package(), PROFILE, NOW, trust=trust())\n"
        "assert c._shared._worker.pid == pid; print(pid)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    with pytest.raises(ProcessLookupError):
        os.kill(int(ended.stdout), 0)


def test_it_ends_with_the_process_that_started_it_however_that_ends() -> None:
    script = (
        "import os; from harness.rules import confinement as c\n"
        "c.prepare(); print(c._shared._worker.pid, flush=True); os.kill(os.getpid(), 9)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    pid, until = int(ended.stdout), time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the process outlived the one that started it")

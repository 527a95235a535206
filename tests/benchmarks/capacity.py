"""What one machine carries: whole certifications of the reference agency, one and several at once.

    python -m tests.benchmarks.capacity [AT_ONCE...]

For each number at once (1, 4 and 8 by default) prints the longest wall time, CPU and memory of a run, the size of its
directory and of its zip, runs per core and hour, and whether all verdicts are the same. The baseline, measured before
each: a million SHA-256 over 1 kB on one core, the unit in which CPU is said too. Ends with status 1 where a verdict
differs.
"""

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

_HASHES = 1_000_000
_BLOCK = bytes(1024)
_HOUR = 3600
_MEGA = 1_000_000
_DEFAULT = (1, 4, 8)
_PROGRAM = (sys.executable, "-c", "from harness.cli import main; main()")


@dataclass(frozen=True)
class CertifiedRun:
    """One certification: `wall` and `cpu` in seconds, `memory`, `folder` and `zipped` in bytes."""

    verdicts: str
    wall: float
    cpu: float
    memory: int
    folder: int
    zipped: int


def baseline() -> float:
    """Return the CPU seconds of a million SHA-256 over 1 kB."""
    began = time.process_time()
    for _ in range(_HASHES):
        hashlib.sha256(_BLOCK).digest()
    return time.process_time() - began


def certified(directory: Path) -> CertifiedRun:
    """Certify the reference agency in a process of its own, into a folder that does not exist yet."""
    command = [*_PROGRAM, "certify", "reference", "--out", str(directory), "--quiet"]
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    files = [path for path in directory.rglob("*") if path.is_file()]
    zipped = directory.with_suffix(".zip")
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as target:
        for path in files:
            target.write(path, path.relative_to(directory))
    return CertifiedRun(
        verdicts=_verdicts(directory),
        wall=wall,
        cpu=used.ru_utime + used.ru_stime,
        memory=used.ru_maxrss * 1024,
        folder=sum(path.stat().st_size for path in files),
        zipped=zipped.stat().st_size,
    )


def _verdicts(directory: Path) -> str:
    report = json.loads((directory / "report.json").read_bytes())
    return json.dumps({one["id"]: one["verdict"] for one in report["requirements"]})


def main(counts: tuple[int, ...]) -> int:
    """Print a line for each number at once; return the exit status."""
    verdicts: set[str] = set()
    cores = len(os.sched_getaffinity(0))
    print(f"{cores} cores; load at the start {os.getloadavg()[0]:.1f}")
    for count in counts:
        unit = baseline()
        with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(count) as pool:
            began = time.monotonic()
            runs = list(pool.map(certified, [Path(place) / f"run-{number}" for number in range(count)]))
            hours = (time.monotonic() - began) / _HOUR
        verdicts.update(run.verdicts for run in runs)
        cpu, wall = max(run.cpu for run in runs), max(run.wall for run in runs)
        print(
            f"{count} at once: {wall:.0f} s, {cpu:.0f} s of CPU ({cpu / unit:.0f} x {unit:.2f} s), "
            f"{max(run.memory for run in runs) / _MEGA:.0f} MB of memory, "
            f"directory {max(run.folder for run in runs) / _MEGA:.0f} MB, "
            f"zip {max(run.zipped for run in runs) / _MEGA:.0f} MB; "
            f"{count / hours / cores:.1f} runs a core and hour; {len(verdicts)} different results",
            flush=True,
        )
    return 0 if len(verdicts) == 1 else 1


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main(tuple(map(int, sys.argv[1:])) or _DEFAULT))

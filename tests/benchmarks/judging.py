"""What reading and judging a record costs by its length: processor time, memory, and how they grow.

    python -m tests.benchmarks.judging [1000 10000 100000]

Prints figures and judges nothing. Each length is measured in a process of its own, beside a million SHA-256 of 1 kB. A
growth of 1 is linear.
"""

import hashlib
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness.catalogue.profiles import load_profile
from harness.journal import read_record
from harness.judge.judge import judge
from tests.judge.recorded_run import RecordedRun

LENGTHS = (1_000, 10_000, 100_000)
OF_A_DOCUMENT = 8  # events: fetched, acknowledged, its status sent, the hub asked again
LOOKS = 10
KB, HASHES = b"x" * 1024, 1_000_000


def written(directory: Path, events: int) -> None:
    """Write a run in which documents are fetched, acknowledged and answered, and the inbox grows."""
    run = RecordedRun(directory)
    documents = max(1, events // OF_A_DOCUMENT)
    shown = []
    for number in range(documents):
        name = f"000.00.00.G22,2026/11/23,{number}/VPCP"
        run.fetch(name)
        run.ack(document=name)
        run.sent_status("01", name)
        run.poll()
        shown.append({"document_id": name, "state": "arrived", "from": "000.00.00.G22", "attachments": []})
        if number % max(1, documents // LOOKS) == 0:
            run.inbox(*shown)
    run.finish()
    run.journal.close()


def measured(events: int) -> dict[str, float]:
    """Return seconds of processor time and peak memory in MB of one length; meant for a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "tests.benchmarks.judging", "write", folder, str(events)], check=True)
        profile = load_profile()
        begun = time.process_time()
        record = read_record(Path(folder))
        read = time.process_time()
        judge(profile, record)
        judged = time.process_time()
        size = len((Path(folder) / "journal.jsonl").read_bytes())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"events": len(record.events), "read": read - begun, "judge": judged - read, "memory": peak, "size": size}


def growth(small: dict[str, float], large: dict[str, float], what: str) -> float:
    """Return the exponent by which a cost grows with the number of events."""
    return math.log(large[what] / small[what]) / math.log(large["events"] / small["events"])


def main(arguments: list[str]) -> None:
    """Print the figures of each length and the growth between neighbours."""
    match arguments:
        case ["write", folder, events]:
            written(Path(folder), int(events))
        case ["one", events]:
            print(json.dumps(measured(int(events))))
        case lengths:
            begun = time.process_time()
            for _ in range(HASHES):
                hashlib.sha256(KB).digest()
            print(f"a million SHA-256 of 1 kB: {time.process_time() - begun:.2f} s")
            before: dict[str, float] | None = None
            for length in map(int, lengths or LENGTHS):
                command = [sys.executable, "-m", "tests.benchmarks.judging", "one", str(length)]
                found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
                line = f"{found['events']:>7} events, {found['size'] / 1e6:.1f} MB: "
                line += f"read {found['read']:.2f} s, judge {found['judge']:.2f} s, {found['memory']:.0f} MB"
                if before is not None:
                    line += f"; growth {growth(before, found, 'read'):.2f}, {growth(before, found, 'judge'):.2f}"
                print(line, flush=True)
                before = found


if __name__ == "__main__":
    main(sys.argv[1:])

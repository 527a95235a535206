"""Replaces the command line in tests that look only at starting and ending a process.

`certify` leaves a record that is not over, and waits for a file called `go` beside the run or for a signal; its
record is judged by the project's own judge.
"""

import signal
import sys
import time
from pathlib import Path

from tests.report.judged_runs import PROFILE, record_run


def _certify(folder: Path) -> None:
    """Leave a record without its end, wait, and judge it."""
    from harness.catalogue.profiles import load_profile
    from harness.engine.publication import publish

    record_run(folder)
    journal = folder / "journal.jsonl"
    *lines, _ = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines))
    try:
        while not (folder.parent / "go").exists():
            time.sleep(0.02)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
    publish(load_profile(PROFILE), folder, "en", ())


def main(words: list[str]) -> None:
    """Do what the command line would do."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if words[0] == "certify":
        _certify(Path(words[words.index("--out") + 1]))
        return
    from harness.cli import main as whole

    whole()


if __name__ == "__main__":
    main(sys.argv[1:])

"""Kills at random moments: of the stand-alone hub while documents come in, and of `certify`.

    python -m tests.benchmarks.kills hub|certify [COUNT [SECONDS]]

`hub`: whatever was answered OK is there after the kill, as it was sent and once; nothing is handed out by halves.
`certify`: the run directory that is left can be read: `judge` says inconclusive unless the record was closed before the
kill, `verify` says why it is no sealed run; neither shows a traceback, or a pass of less than all that was to be done.
SECONDS is the longest that one lives, 1.5 or 8 by default; a certification counts from the moment at which it has begun
a run directory. Prints what was seen, and ends with status 1 where something was wrong.
"""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harness.edxml.model import Attachment
from harness.hub.service import Hub
from harness.hub.settings import HubSettings
from tests.benchmarks.hub_load import (
    ENTRY,
    RECEIVER,
    SYSTEM,
    accepted,
    answered,
    free_port,
    hub_command,
    sending,
    served,
)

SENDERS = 8
_ONLY = ("SND-01", "RCV-02")
_DONE, _FAIL, _UNUSABLE, _INCONCLUSIVE = 0, 1, 2, 4
_EARLY = 10  # of so many certifications one is killed before it may have begun a run directory


@dataclass
class Sendings:
    """What was sent to one hub over all its lives.

    Attributes:
        packages: by DocumentId, as sent.
        sure: DocumentIds that were answered OK.
        unanswered: numbers that are to be sent again.
    """

    packages: dict[str, bytes] = field(default_factory=dict)
    sure: set[str] = field(default_factory=set)
    unanswered: list[int] = field(default_factory=list)
    last: int = 0

    def numbers(self) -> Iterator[int]:
        """Yield what is to be sent: first what was not answered, then ever new documents."""
        again, self.unanswered = self.unanswered, []
        yield from again
        while True:
            self.last += 1
            yield self.last


def _package(call: bytes) -> tuple[str, bytes]:
    """Return DocumentId and package of a call."""
    package = call.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
    named = package.partition(b"DocumentId>")[2].partition(b"<")[0]
    return named.decode(), package


def _call(number: int) -> bytes:
    """Return the call that sends a document; every fifth is too large for the hub's database."""
    if number % 5:
        return sending(number)
    content = random.Random(number).randbytes(300_000)
    return sending(number, Attachment("cid:1", "1.pdf", "application/pdf", content))


async def _sent_until_killed(port: int, sendings: Sendings, kill: Callable[[], None], after: float) -> None:
    numbers = sendings.numbers()

    async def sender() -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            return
        for number in numbers:
            call = _call(number)
            name, package = _package(call)
            sendings.packages.setdefault(name, package)
            try:
                writer.write(call)
                await writer.drain()
                body = await answered(reader)
            except (OSError, EOFError):
                sendings.unanswered.append(number)
                return
            if not accepted(body):
                raise SystemExit(f"unexpected answer: {body[:300]!r}")
            sendings.sure.add(name)

    asyncio.get_running_loop().call_later(after, kill)
    await asyncio.gather(*(sender() for _ in range(SENDERS)))


def _found_wrong(data: Path, sendings: Sendings) -> list[str]:
    """Open what a killed hub has left and return what is wrong with it."""
    hub = Hub(HubSettings.of(data=data))
    try:
        waiting = hub.mailboxes.waiting(SYSTEM, "edoc")
        there = Counter(item.document_id or "" for item in waiting)
        wrong = [f"{name}: answered OK and lost" for name in sendings.sure - there.keys()]
        wrong += [f"{name}: there {times} times" for name, times in there.items() if times > 1]
        for item in waiting:
            # A document that was sent again with a new time of sending may be there as it was sent first.
            if hub.content(item) != sendings.packages.get(item.document_id or ""):
                wrong.append(f"{item.document_id}: not as it was sent")
        return wrong
    finally:
        hub.close()


def hub(count: int, longest: float = 1.5) -> list[str]:
    """Kill one hub again and again while documents come in; return what was found wrong."""
    sendings, wrong = Sendings(), []
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "d"
        for number in range(1, count + 1):
            port = free_port()
            with served(*hub_command(port, data), port=port) as process:
                after = random.uniform(0.05, longest)
                asyncio.run(_sent_until_killed(port, sendings, process.kill, after))
            found = _found_wrong(data, sendings)
            wrong += [f"kill {number}: {one}" for one in found]
            print(f"kill {number}: {len(sendings.sure)} answered OK, {len(found)} wrong", flush=True)
    print(f"{count} kills of the hub, {len(sendings.sure)} documents answered OK for {RECEIVER}: {len(wrong)} wrong")
    return wrong


def certify(count: int, longest: float = 8) -> list[str]:
    """Kill as many certifications at random moments; return what was found wrong."""
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, count + 1):
            run = Path(folder) / "run"
            after = random.uniform(0.5, longest)
            words = (*ENTRY, "certify", "reference", "--only", *_ONLY, "--quiet", "--out", str(run))
            process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if number % _EARLY:
                _begun(process, run)
            try:
                process.wait(after)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            ended = process.wait() >= 0 or _closed(run)
            judged, verified = (_told(verb, str(run)) for verb in ("judge", "verify"))
            left = ",".join(sorted(path.name for path in run.iterdir())) if run.exists() else "nothing"
            seen[f"{'ended' if ended else 'killed'}: judge {judged.returncode}, verify {verified.returncode}"] += 1
            # Where nothing was begun there is nothing to judge; a run that was not sealed does not pass `verify`.
            whole = {_DONE, _INCONCLUSIVE} if ended else set()
            for told, rightly in ((judged, {_UNUSABLE, _INCONCLUSIVE}), (verified, {_FAIL, _UNUSABLE})):
                found = _mistakes(told, rightly | whole)
                wrong += [f"kill {number} after {after:.1f} s ({left}): {one}" for one in found]
            print(f"kill {number} after {after:.1f} s ({left}): {judged.returncode}, {verified.returncode}", flush=True)
            shutil.rmtree(run, ignore_errors=True)
    print(f"{count} kills of certify: {dict(seen)}; {len(wrong)} wrong")
    return wrong


def _told(*words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "LIENTHONG_LANG": "en"}
    return subprocess.run((*ENTRY, *words), capture_output=True, text=True, env=environment, check=False, timeout=120)


def _begun(process: "subprocess.Popen[bytes]", run: Path) -> None:
    """Wait until a certification has begun its run directory, or ended."""
    while process.poll() is None and not (run / "journal.jsonl").exists():
        time.sleep(0.05)


def _closed(run: Path) -> bool:
    """Tell whether a record was closed before the kill: it is complete, and says what it says for good."""
    journal = run / "journal.jsonl"
    return journal.exists() and b'"run.finished"' in journal.read_bytes()[-100_000:]


def _mistakes(told: "subprocess.CompletedProcess[str]", rightly: set[int]) -> Iterator[str]:
    said = told.stdout + told.stderr
    if "Traceback" in said:
        yield f"traceback: {said[-800:]}"
    if not said.strip():
        yield "not a word"
    if told.returncode not in rightly:
        yield f"status {told.returncode}: {said[-400:]}"


def main() -> None:
    """Kill what is named, 50 times or as often as is said."""
    if len(sys.argv) < 2 or sys.argv[1] not in {"hub", "certify"}:
        sys.exit(__doc__)
    began = time.monotonic()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    wrong = {"hub": hub, "certify": certify}[sys.argv[1]](count, *map(float, sys.argv[3:4]))
    print(*wrong, f"{time.monotonic() - began:.0f} s", sep="\n")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

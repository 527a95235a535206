"""A stand-alone hub with everything a developer works with: its last calls, test mail, faults, and what is refused."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping

from harness.agency.texts import ascii_words
from harness.catalogue.profiles import Profile
from harness.catalogue.texts import LANGUAGES
from harness.crypto.chains.trust import Trust
from harness.hub.service import Hub
from harness.workbench.deliveries import TestMail
from harness.workbench.inspection import CallInspector, CallReport
from harness.workbench.next_faults import NextFaults
from harness.workbench.ring import CallRing, KeptCall
from harness.workbench.signature import SignatureLook, signature_look

LOG = logging.getLogger("harness.workbench")
_FAREWELL = 5.0  # seconds for the calls that are left at the end
_PAUSE = 0.25  # seconds between two searches for calls not inspected yet
_QUIET = 0.2  # seconds without a call after which looking may take all of the processor
_YIELD = 19  # times as long as a look took, the processor is the calls' own while they keep coming


class Workbench:
    """Inspects the hub's calls one after the other in its own thread; close it at the end.

    Attributes:
        hub: the hub.
        profile: for inspecting calls.
        ring: the last calls.
        mail: test documents.
        faults: set by the developer.
    """

    def __init__(self, hub: Hub, profile: Profile, ring: CallRing, *, strict: bool = False) -> None:
        """Take part in the hub's calls.

        Args:
            hub: its interceptor, if it has one, is asked after the faults that are set here.
            profile: for inspecting calls.
            ring: the hub's recorder.
            strict: whether the hub refuses what would fail a certification.
        """
        self.hub, self.profile, self.ring, self.strict = hub, profile, ring, strict
        self.mail = TestMail(hub, profile, ring)
        self.faults = NextFaults(hub)
        hub.objector = self._objection if strict else None
        for system_id in hub.directory.systems():
            ring.conceal(hub.directory.secret(system_id) or "")
        self._trust: Trust | None = None
        self._listeners: list[Callable[[KeptCall], None]] = []
        self._inspector = CallInspector(profile, ring.shelf.content, self._organs, self._trusted)
        self._looking = threading.Lock()
        self._wake = threading.Event()
        self._ends: float | None = None
        self._thread = threading.Thread(target=self._look, name="lienthong-workbench", daemon=True)
        self._thread.start()

    def report(self, kept: KeptCall) -> CallReport:
        """Return what is wrong with a call; of one without an answer as far as possible. May take seconds."""
        with self._looking:
            if kept.report is not None:
                return kept.report
            answered = kept.exchange.answer is not None
            try:
                report = self._inspector.report(kept.exchange, self.ring.stimuli)
            except Exception:  # an exception about one call must not end the inspection of the others
                LOG.exception("call %d could not be looked into", kept.number)
                report = CallReport((), lost=True)
            if answered:
                kept.report = report
        if answered:
            for listener in self._listeners:
                listener(kept)
        return report

    def subscribe(self, listener: Callable[[KeptCall], None]) -> None:
        """Call `listener` with every answered call that was looked into, in the thread that did, as soon as can be."""
        self._listeners.append(listener)
        self.ring.subscribe(lambda _: self._wake.set())

    def signature(self, kept: KeptCall) -> SignatureLook:
        """Take the signature of a call apart."""
        asked = kept.exchange.asked
        lines = asked.headers
        headers = [(name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in lines]
        secret = self.hub.directory.secret(asked.system_id or "")
        return signature_look(headers, asked.signature.expected_hash_header, secret, self.body(kept))

    def body(self, kept: KeptCall) -> bytes:
        """Return the package that a call sent, or its body; nothing where none came or none is kept."""
        return self._content(kept.exchange.package.blob or kept.exchange.asked.body.blob)

    def answer(self, kept: KeptCall) -> bytes:
        """Return the body of the answer, as far as it is kept."""
        answered = kept.exchange.answered
        return self._content(answered.body.blob if answered else None)

    def close(self) -> None:
        """Inspect the remaining calls, as far as there is time, and end."""
        self._ends = time.monotonic() + _FAREWELL
        self._wake.set()
        self._thread.join()

    def _content(self, name: str | None) -> bytes:
        try:
            return self.ring.shelf.content(name) if name else b""
        except KeyError:
            return b""

    def _organs(self, system_id: str) -> frozenset[str]:
        return frozenset(agency.organ_id for agency in self.hub.directory.agencies_of(system_id))

    def _trusted(self) -> Trust:
        """Return the anchors of the test PKI, so that a file of a test document may be sent on."""
        if self._trust is None:
            self._trust = Trust.of_pem(self.mail.pki.anchors_pem())
        return self._trust

    def _look(self) -> None:
        while self._ends is None or time.monotonic() < self._ends:
            kept = self.ring.unseen()
            if kept is not None:
                began = time.monotonic()
                self.report(kept)
                self._give_way(time.monotonic() - began)
            elif self._ends is not None:
                return
            else:
                self._wake.wait(_PAUSE)
                self._wake.clear()

    def _give_way(self, took: float) -> None:
        """Leave most of the time to calls that keep coming, unless somebody waits for what is wrong with each."""
        over = time.monotonic() + _YIELD * took
        while self._ends is None and not self._listeners and self.ring.idle < _QUIET:
            left = over - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, _QUIET))

    async def _objection(self, event: int) -> Mapping[str, str] | None:
        """Return why a call is refused, None for one that would not fail a certification."""
        kept = self.ring.call_of(event)
        report = None if kept is None else await asyncio.to_thread(self.report, kept)
        failure = report.failure if report else None
        if failure is None:
            return None
        return {"code": failure.code, "sentence": ascii_words(failure.message[LANGUAGES[0]])}

"""RCV: what a candidate does with the packages that wait for it."""

from dataclasses import replace
from datetime import datetime

from harness.catalogue.findings import Finding
from harness.catalogue.verdicts import Level, Severity
from harness.edxml.layout import BUSSINESS_FIRST, CLAUSE_ORDER, OPERATOR, Addition
from harness.journal.recording import VIETNAM
from harness.judge.expectations import Acked, AllAcked, Fetched, Polled, Refused, StatusSent, StoredAs, StoredOnce
from harness.rules.twins.base import Identity
from harness.rules.twins.registry import Twin, all_twins
from harness.scenarios.preambles import receives_plainly
from harness.scenarios.registry import EXCLUSIVE, SPOILT, scenario
from harness.scenarios.stage import Stage

_POLLS = 2
_DOCUMENT_GROUPS = frozenset({"PKG", "HDR", "TRC", "ATT"})
# Orphan, empty, mislabelled: these have a requirement of their own.
_ATTACHMENTS = frozenset({"ATT-02", "ATT-05", "ATT-07"})
# What is cut or too large is a matter of transport and of hostile input, not of a package that breaks the standard.
_NEVER = frozenset({"PKG-10"})
_LAYOUTS = (
    replace(OPERATOR, prefix="", order=CLAUSE_ORDER),
    replace(OPERATOR, prefix="ns2", root_prefix="ns2", line_end="\n"),
    replace(OPERATOR, order=BUSSINESS_FIRST, indent="", line_end=""),
    replace(OPERATOR, additions=(Addition("MessageHeader", "ApplicationType", "1"),)),
)
_SUBJECT = "V/v tiếp nhận «văn bản» & phụ lục <kèm theo>; Đắk Lắk, ỳ ỵ ỷ ỹ, ‘nháy’ \u00a0 𠮷"
# Seconds that a candidate may take for each of many waiting documents, beyond its usual patience.
_PER_DOCUMENT = 0.1


@scenario("RCV-01")
async def polls(stage: Stage) -> None:
    """Both lists are asked for again and again, within the declared interval."""
    gap = stage.times.poll_interval + stage.profile.parameters.timing.margin
    stage.patience_added = _POLLS * stage.times.poll_interval
    for messagetype in ("edoc", "status"):
        stage.expect(Polled(messagetype=messagetype, times=_POLLS, gap=gap, since=stage.now))


@scenario("RCV-02")
async def fetched_stored_acknowledged(stage: Stage) -> None:
    """A waiting document is fetched, stored, and acknowledged only then."""
    document = stage.document()
    await stage.deliver(document)
    stage.expect(Fetched(document=document.id))
    stage.expect(Acked(document=document.id))
    stage.expect(StoredOnce(document=document.id))


@scenario("RCV-05")
async def delivered_again(stage: Stage) -> None:
    """A document that comes a second time is acknowledged as done and stays one document."""
    document = stage.document()
    delivery = await stage.deliver(document)
    await stage.until(Acked(document=document.id))
    await stage.until(StoredOnce(document=document.id))
    again = await stage.redeliver(delivery, document)
    stage.expect(Acked(document=document.id, after=again.seq))
    stage.expect(StoredOnce(document=document.id, after=again.seq))


@scenario("RCV-03/layouts")
async def every_way_of_writing(stage: Stage) -> None:
    """Packages are read whatever their prefixes, order and white space, and with optional elements unknown to it."""
    await receives_plainly(stage)
    for layout in _LAYOUTS:
        document = stage.document(layout=layout)
        await stage.deliver(document)
        stage.expect(Acked(document=document.id))
        stage.expect(StoredOnce(document=document.id))


@scenario("RCV-03/senders")
async def both_identifier_forms(stage: Stage) -> None:
    """Senders are read in the old and in the new form of identifiers, from all four levels."""
    await receives_plainly(stage)
    for sender in stage.peers:
        document = stage.document(sender)
        await stage.deliver(document)
        stage.expect(Acked(document=document.id))
        stage.expect(StoredOnce(document=document.id))


@scenario("RCV-04")
async def stored_as_sent(stage: Stage) -> None:
    """Text and attachments are stored bit for bit, zipped ones unpacked, under their original names."""
    files = (stage.pdf("Quyết định (bản ký số).pdf"), stage.file_of("txt"), stage.file_of("xlsx"), stage.file_of("zip"))
    document = stage.document(files=files, subject=_SUBJECT)
    await stage.deliver(document)
    await stage.until(Acked(document=document.id))
    kept = tuple((file.name, len(file.content), file.sha256) for file in files)
    stage.expect(StoredAs(document=document.id, subject=_SUBJECT, files=kept))


@scenario("RCV-07")
async def addressed_to_another(stage: Stage) -> None:
    """A document that is addressed to another agency is returned with 02, and the next one is served."""
    document = stage.document(receiver=stage.peers["province"])
    await stage.deliver(document, good=False, note="addressed to another agency")
    stage.expect(StatusSent(document=document.id, codes=("02",)))
    await stage.settle()
    await stage.probe()


@scenario("RCV-09", isolation=EXCLUSIVE)
async def many_waiting(stage: Stage) -> None:
    """A long list of waiting documents is emptied, none skipped."""
    documents = [stage.document() for _ in range(stage.profile.parameters.volumes.waiting_documents)]
    for document in documents:
        await stage.deliver(document, note="one of many")
    stage.patience_added = _PER_DOCUMENT * len(documents)
    await stage.until(Acked(document=documents[0].id))
    stage.expect(AllAcked(documents=tuple(document.id for document in documents)))


def _bad_twins(stage: Stage, *, only: frozenset[str] = frozenset(), but: frozenset[str] = frozenset()) -> list[Twin]:
    """Return one bad document package for every mandatory static requirement that a hub could pass on."""
    chosen: dict[str, Twin] = {}
    for twin in all_twins().values():
        entry = stage.profile.requirements[twin.requirement]
        wanted = twin.requirement in only if only else twin.requirement not in but
        fails = twin.code is not None and stage.profile.severity(Finding(twin.code)) is Severity.FAIL
        if wanted and fails and entry.group in _DOCUMENT_GROUPS and entry.level is Level.MANDATORY:
            chosen.setdefault(twin.requirement, twin)
    return list(chosen.values())


async def _refused(stage: Stage, twins: list[Twin], flags: tuple[str, ...] = ()) -> None:
    """Deliver bad packages and expect each to be answered; then a good one must still be served."""
    choice = stage.profile.parameters.choices.bad_package
    answers = ("fail", "02") if choice == "either" else (choice,)
    for twin in twins:
        sender = stage.peers["ministry"]
        identity = Identity(
            sender=(sender.organ_id, sender.organ_name),
            receiver=(stage.agency.organ_id, stage.agency.organ_name),
            number=stage.fresh_number(),
            day=datetime.now(VIETNAM).date(),
        )
        await stage.deliver_bytes(twin.written(identity), sender, identity.document_id, note=twin.key)
        stage.expect(
            Refused(
                document=identity.document_id,
                why=twin.code or twin.key,
                answers=answers,
                flags=flags,
                code=f"{identity.number}/{identity.notation}",
            )
        )
    await stage.settle()
    await stage.probe()


@scenario("RCV-06", isolation=SPOILT)
async def bad_packages(stage: Stage) -> None:
    """Packages that break the standard, one for each rule, are answered, and do not stop the next."""
    await _refused(stage, _bad_twins(stage, but=_ATTACHMENTS | _NEVER))


@scenario("RCV-08", isolation=SPOILT)
async def bad_attachments(stage: Stage) -> None:
    """An orphan, an empty and a mislabelled attachment are answered, or flagged for the clerk."""
    await _refused(stage, _bad_twins(stage, only=_ATTACHMENTS), flags=("attachment_invalid",))

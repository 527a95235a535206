"""The gallery: every defect names a requirement and breaks that one; every variant lives through an exchange."""

from collections.abc import Sequence

import pytest

from harness.agency.components import Components
from harness.agency.gallery import GalleryEntry, build, defects, variants
from harness.catalogue.profiles import load_profile
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.verdicts import Level, Severity
from harness.crypto.testpki.pki import Pki
from harness.rules.check import IMPLEMENTED, check_package
from tests.agency.agency_rig import OTHER, Rig, answer_for, document, until, with_rig

# Shows on a signed PDF only, and the files of these tests are none.
_ON_SIGNED_FILES = {"PDF-03"}
_STATIC = {"PKG", "HDR", "TRC", "ATT", "STP", "SIG", "PDF"}


def _static() -> list[GalleryEntry]:
    return [one for one in defects().values() if str(one.breaks)[:3] in _STATIC and one.breaks not in _ON_SIGNED_FILES]


def test_every_defect_names_a_requirement_and_says_what_it_does() -> None:
    known = load_catalogue().requirements
    for entry in defects().values():
        assert entry.breaks in known
        assert set(entry.shown_by) <= set(known)
        assert entry.docstring.endswith(".")
        assert entry.components != Components()


def test_every_variant_says_what_it_does() -> None:
    assert len(variants()) >= 5
    for entry in variants().values():
        assert entry.breaks is None
        assert entry.docstring.endswith(".")
        assert entry.components != Components()


def test_no_name_is_used_for_two_agencies() -> None:
    assert not set(defects()) & set(variants())


def test_every_requirement_that_can_fail_a_candidate_has_a_defect() -> None:
    broken = {entry.breaks for entry in defects().values()}
    due = {
        requirement.id
        for requirement in load_profile().requirements.values()
        if requirement.level in {Level.MANDATORY, Level.CONDITIONAL}
    }
    assert due - broken == set()


def test_an_unknown_kind_is_no_agency() -> None:
    with pytest.raises(KeyError):
        build("no-such-agency")


async def _talk(rig: Rig) -> None:
    """Have the agency send and receive what makes every defect of packages show."""
    await rig.send("10", to=(OTHER,))
    first = await rig.send("11")
    await rig.until_state(first, "sent", "outbox")
    for number, operation in (("12", "update"), ("13", "replace"), ("14", "recall")):
        sent = await rig.send(number, operation=operation, target=first, reason="Có sai sót", attachments=None)
        await rig.until_state(sent, "sent", "outbox")
    package = document("77")
    rig.deliver(package)
    await until(lambda: bool(rig.notes.requests("updateStatus")), "acknowledged")
    await rig.until_state(package.document_id, "arrived")
    await rig.ask("decide", document_id=package.document_id, action="refuse", reason="Sai thẩm quyền")
    await until(lambda: len(_statuses(rig)) >= 2, "refused")


def _statuses(rig: Rig) -> Sequence[object]:
    return [one for one in rig.notes.requests("sendEdoc") if (one.get("package") or {}).get("kind") == "status"]


def _broken(rig: Rig, recommended: str | None = None) -> set[str]:
    """Return the requirements that fail in anything the agency sent, and this one if only a remark is made of it."""
    profile, world = load_profile(), Pki(rig.agency.now())
    trust = world.trust(world.made)
    found = set()
    for request in rig.notes.requests("sendEdoc"):
        data = rig.notes.blobs[request["package"]["sha256"]]
        for one in check_package(data, profile, rig.agency.now(), trust=trust).findings:
            if profile.severity(one) is Severity.FAIL or one.requirement == recommended:
                found.add(one.requirement)
    return found


@pytest.mark.parametrize("entry", _static(), ids=lambda entry: entry.name)
def test_a_defect_of_packages_breaks_its_requirement_and_no_other(entry: GalleryEntry) -> None:
    async def play(rig: Rig) -> None:
        await _talk(rig)
        assert _broken(rig, recommended) == {entry.breaks}

    assert entry.breaks in IMPLEMENTED
    level = load_profile().requirements[str(entry.breaks)].level
    recommended = entry.breaks if level is Level.RECOMMENDED else None
    with_rig(play, entry.name)


@pytest.mark.parametrize("name", [None, *variants()])
def test_a_correct_agency_breaks_nothing_in_its_packages(name: str | None) -> None:
    async def play(rig: Rig) -> None:
        await _talk(rig)
        assert _broken(rig) == set()
        recalled = document("78")
        rig.deliver(recalled)
        await rig.until_state(recalled.document_id, "arrived")
        rig.deliver(document("79", sender=OTHER), sender=OTHER)
        await rig.served()
        assert answer_for(recalled).document_id == recalled.document_id

    with_rig(play, name)


@pytest.mark.parametrize("entry", defects().values(), ids=lambda entry: entry.name)
def test_every_agency_of_the_gallery_starts_and_greets(entry: GalleryEntry) -> None:
    async def play(rig: Rig) -> None:
        assert entry.name in (await rig.ask("hello"))["name"]

    with_rig(play, entry.name)

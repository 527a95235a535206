"""Hostile input is as declared, bounded and harmless here, and the harness's own reader accepts none of it."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from harness.catalogue.profiles import load_profile
from harness.catalogue.texts import LANGUAGES
from harness.catalogue.verdicts import Severity
from harness.catalogue.yaml_reader import read
from harness.crypto.testpki.pki import Pki
from harness.crypto.testpki.responder import Responder
from harness.edxml.model import Organization
from harness.hub.faults.alterations import adding
from harness.hub.interception import Alter
from harness.hub.service import Hub
from harness.hub.settings import HubSettings
from harness.journal.recorder import VIETNAM
from harness.resources import folder
from harness.rules.check import check_package
from harness.scenarios.testdata import Document, SeededData, SeededFile, peers
from harness.vectors.hostile import zips
from harness.vectors.hostile.files import BOMBS, ENTRIES, NAMES
from harness.vectors.hostile.ids import IDS
from harness.vectors.hostile.markup import EXHAUSTING, FETCHING, NotTwistable
from harness.vectors.hostile.signatures import (
    GOOD_PACKAGE,
    GOOD_PDF,
    TAMPERED_PACKAGES,
    TAMPERED_PDFS,
    WRONGLY_SIGNED_PACKAGES,
    WRONGLY_SIGNED_PDFS,
    ForgedPackage,
    ForgedPdf,
    of_sender,
)
from harness.vectors.hostile.vector import CanaryTargets, HostileVector, why
from harness.vxp.answers import listed, read_answer, success

PROFILE = load_profile()
LIMITS = PROFILE.parameters.limits
CANDIDATE = Organization("000.00.00.H41", "UBND tỉnh Nghệ An")
HOSTILE = (*FETCHING, *EXHAUSTING, *BOMBS, *ENTRIES, *NAMES)
PACKAGES = (*TAMPERED_PACKAGES, *WRONGLY_SIGNED_PACKAGES)
PDFS = (*TAMPERED_PDFS, *WRONGLY_SIGNED_PDFS)
SENDER = peers()["ministry"]
LARGEST = 32 * 1024 * 1024
# A careful reader needs a few times a package's size, and nothing of what it asks for.
MOST_MEMORY = 200 * 1024 * 1024
UNREADABLE = {"PKG-01", "PKG-03", "PKG-10"}


@pytest.fixture(scope="module")
def pki() -> Iterator[Pki]:
    with Responder() as responder:
        made = Pki(datetime.now(VIETNAM), responder.url)
        responder.serve(made)
        yield made


@pytest.fixture
def material(pki: Pki) -> SeededData:
    return SeededData(5, pki, CANDIDATE.organ_name)


@pytest.fixture
def targets(tmp_path: Path) -> CanaryTargets:
    return CanaryTargets(lambda label: f"http://127.0.0.1:9/token/{label}", tmp_path)


def made(material: SeededData, *files: SeededFile, **changes: Any) -> Document:
    chance = material.choice("x")
    return material.document(
        chance, SENDER, CANDIDATE, files or (SeededFile("a.pdf", material.pdf(chance)),), **changes
    )


def hostile(vector: HostileVector, material: SeededData, targets: CanaryTargets) -> bytes:
    attachment = vector.example(targets)
    good = made(material) if attachment is None else replace(made(material), files=())
    if attachment is not None:
        good = material.document(material.choice("x"), SENDER, CANDIDATE, (), attachments=(attachment,))
    return vector.twist(good.content, targets)


def failures(content: bytes, trust: Any = None) -> set[str]:
    report = check_package(content, PROFILE, datetime.now(VIETNAM), trust=trust)
    return {one.code for one in report.findings if PROFILE.severity(one) is Severity.FAIL}


@pytest.mark.parametrize("vector", HOSTILE, ids=lambda vector: vector.key)
def test_the_reader_takes_none_of_it_in_and_needs_little(
    vector: HostileVector, material: SeededData, targets: CanaryTargets
) -> None:
    content = hostile(vector, material, targets)
    assert len(content) < LARGEST
    tracemalloc.start()
    try:
        found = {code.partition(".")[0] for code in failures(content)}
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert bool(found) is not vector.passed_over
    assert peak < MOST_MEMORY
    expected = {"SEC-01": UNREADABLE, "SEC-02": UNREADABLE, "SEC-03": {"ATT-06", "ATT-07", "PKG-10"}}
    assert found <= expected.get(vector.requirement, {"ATT-04", "ATT-06", "PKG-01"})
    assert list(Path(targets.trap).iterdir()) == []


@pytest.mark.parametrize("vector", HOSTILE, ids=lambda vector: vector.key)
def test_the_hub_hands_it_on_as_it_is(vector: HostileVector, material: SeededData, targets: CanaryTargets) -> None:
    content = hostile(vector, material, targets)
    with closing(Hub(HubSettings.of(PROFILE))) as hub:
        hub.add_system("vxp.a", "a-secret-of-the-system")
        hub.add_agency(CANDIDATE.organ_id, CANDIDATE.organ_name, "vxp.a")
        (delivery,) = hub.deliver(
            content, sender=SENDER.organ_id, receivers=[CANDIDATE.organ_id], messagetype="edoc", document_id="known"
        )
        item = hub.item(delivery.receiver_doc_id)
        assert item is not None
        assert (item.document_id, item.size) == ("known", len(content))


def test_names_and_reasons_are_those_of_the_notes() -> None:
    keys = {vector.key for vector in HOSTILE} | {one.key for one in IDS}
    keys |= {one.key for one in PACKAGES} | {one.key for one in PDFS}
    noted = set(read(folder("fixtures") / "hostile" / "why.yaml").value)
    certificates = {key for key in noted if key.startswith("SEC-07/")}
    assert noted == keys | certificates | {"SEC-08/foreign"}
    assert len(certificates) == 3
    assert all(why(key, language) for key in noted for language in LANGUAGES)


def test_a_package_of_another_shape_is_not_twisted(targets: CanaryTargets) -> None:
    for vector in (*FETCHING, *EXHAUSTING):
        with pytest.raises(NotTwistable):
            vector.twist(b"<other/>", targets)


@pytest.mark.parametrize("vector", FETCHING, ids=lambda vector: vector.key)
def test_what_is_to_be_fetched_is_the_canary_and_nothing_else(
    vector: HostileVector, material: SeededData, targets: CanaryTargets
) -> None:
    content = hostile(vector, material, targets).decode()
    assert content.count("http://127.0.0.1:9/token/") == 1
    assert "file:" not in content


@pytest.mark.parametrize("make", [zips.ratio_bomb, zips.lying_bomb, zips.nested_bomb, zips.overlapping_bomb])
def test_bombs_are_small_and_ask_for_no_more_than_a_gigabyte(make: Any) -> None:
    bomb = make()
    assert len(bomb) < 4 * 1024 * 1024
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        asked = sum(entry.file_size for entry in archive.infolist())
    assert asked <= zips.EXPANDED
    assert make() == bomb


def test_nested_bombs_hold_what_they_say() -> None:
    content, depth = zips.nested_bomb(), 0
    while zipfile.is_zipfile(io.BytesIO(content)) and depth < 3:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            first = archive.infolist()[0]
            if depth == 2:
                assert first.file_size * 16 * 16 == zips.EXPANDED
                assert archive.testzip() is None
                break
            content = archive.read(first)
        depth += 1
    assert depth == 2


def test_honest_entries_come_back() -> None:
    data = zips.written([zips.stored("a.txt", b"a"), zips.stored("../b.txt", b"b")])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {"a.txt": b"a", "../b.txt": b"b"}


def test_paths_lead_into_the_trap_from_wherever_they_are_taken(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    for one in IDS[:1]:
        place = (deep / one.text(PurePosixPath(tmp_path.as_posix()))).resolve()
        assert place.parent == tmp_path.resolve()


@pytest.mark.parametrize("one", IDS, ids=lambda one: one.key)
def test_hostile_ids_come_through_the_hubs_own_list(one: Any, tmp_path: Path) -> None:
    text = one.text(tmp_path)
    action = adding(text, CANDIDATE.organ_id).action
    assert isinstance(action, Alter)
    answer = action.change(success({"data": [{"docId": "good"}]}))
    answer.decode("ascii")
    rows = listed(read_answer(answer))
    assert [row["docId"] for row in rows] == [text, "good"]
    assert None not in rows[0].values()


def test_an_answer_without_a_list_stays_as_it_is() -> None:
    action = adding("x").action
    assert isinstance(action, Alter)
    for body in (b"<html>", success({"count": 1}), b"[1]"):
        assert json.loads(action.change(body)) == json.loads(body) if body[:1] != b"<" else action.change(body) == body


@pytest.fixture(scope="module")
def sender_pki(pki: Pki) -> Pki:
    return of_sender(pki, SENDER.organ_name)


def test_rightly_signed_documents_give_no_finding(material: SeededData, pki: Pki, sender_pki: Pki) -> None:
    trust = pki.trust(pki.made)
    signed = GOOD_PACKAGE.build(made(material).content, sender_pki, LIMITS)
    pdf = GOOD_PDF.build(sender_pki, datetime.now(VIETNAM))
    for content in (signed, made(material, SeededFile("a.pdf", pdf)).content):
        report = check_package(content, PROFILE, datetime.now(VIETNAM), trust=trust)
        codes = {one.code for one in report.findings if one.requirement[:3] in {"SIG", "PDF"}}
        assert codes <= {"PDF-02.unsigned"}
        assert report.undecided == ()


@pytest.mark.parametrize("one", PACKAGES, ids=lambda one: one.key)
def test_forged_packages_fail_for_the_forgery_alone(
    one: ForgedPackage, material: SeededData, pki: Pki, sender_pki: Pki
) -> None:
    content = one.forgery.build(made(material).content, sender_pki, LIMITS)
    assert failures(content, pki.trust(datetime.now(VIETNAM))) == set(one.forgery.codes)


@pytest.mark.parametrize("one", PDFS, ids=lambda one: one.key)
def test_forged_files_fail_for_the_forgery_alone(
    one: ForgedPdf, material: SeededData, pki: Pki, sender_pki: Pki
) -> None:
    pdf = one.forgery.build(sender_pki, datetime.now(VIETNAM))
    content = made(material, SeededFile("cong-van.pdf", pdf)).content
    assert failures(content, pki.trust(datetime.now(VIETNAM))) == set(one.forgery.codes)

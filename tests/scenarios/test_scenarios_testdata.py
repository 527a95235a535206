"""What the harness sends must be beyond reproach: every good stimulus passes the project's own rules."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from harness.catalogue.profiles import load_profile
from harness.catalogue.verdicts import Severity
from harness.crypto.testpki.pki import Pki
from harness.edxml.draft import NoSuchElement
from harness.edxml.identifiers import codes_upwards, organ_form
from harness.edxml.layout import Layout
from harness.edxml.model import DocumentPackage, Organization
from harness.edxml.packages import read_package
from harness.journal.recorder import VIETNAM
from harness.rules.check import check_package
from harness.scenarios import rcv
from harness.scenarios.testdata import Document, SeededData, SeededFile, peers, peers_of
from harness.vectors.file_kinds import file_content
from harness.vectors.registry import VECTOR_PROFILE, Vector, all_vectors

PROFILE = load_profile()
HEAVY = frozenset({"PKG-10"})
CANDIDATE = Organization("000.00.00.H41", "UBND tỉnh Nghệ An")


@pytest.fixture(scope="module")
def pki() -> Pki:
    return Pki(datetime.now(VIETNAM))


@pytest.fixture
def material(pki: Pki) -> SeededData:
    return SeededData(5, pki, CANDIDATE.organ_name)


def failures(content: bytes, pki: Pki) -> list[str]:
    report = check_package(content, PROFILE, datetime.now(VIETNAM), trust=pki.trust(pki.made))
    return [one.code for one in report.findings if PROFILE.severity(one) is Severity.FAIL]


def documents(material: SeededData) -> Iterator[Document]:
    chance = material.choice("x")
    file = SeededFile("van-ban.pdf", material.pdf(chance))
    for peer in peers().values():
        yield material.document(chance, peer, CANDIDATE, (file,))
    for layout in rcv._LAYOUTS:
        yield material.document(chance, peers()["ministry"], CANDIDATE, (file,), layout)


def test_every_good_document_passes_every_mandatory_rule(material: SeededData, pki: Pki) -> None:
    for document in documents(material):
        assert failures(document.content, pki) == []


@pytest.mark.parametrize("kind", ["pdf", "docx", "xlsx", "pptx", "jpg", "png", "zip", "doc", "txt"])
def test_every_kind_of_file_is_what_its_name_says(material: SeededData, pki: Pki, kind: str) -> None:
    chance = material.choice(kind)
    files = (
        SeededFile("van-ban.pdf", material.pdf(chance)),
        SeededFile(f"Phụ lục.{kind}", file_content(kind, b"\x00\x01" * 200)),
    )
    document = material.document(chance, peers()["ministry"], CANDIDATE, files)
    assert failures(document.content, pki) == []


def test_signed_files_are_trusted_and_complete(material: SeededData, pki: Pki) -> None:
    chance = material.choice("signed")
    document = material.document(
        chance, peers()["ministry"], CANDIDATE, (SeededFile("ky.pdf", material.signed_pdf(chance)),)
    )
    report = check_package(document.content, PROFILE, datetime.now(VIETNAM), trust=pki.trust(pki.made))
    assert [one.code for one in report.findings if one.requirement.startswith(("PDF", "SIG"))] == []
    assert report.undecided == ()


def test_numbers_are_never_given_twice(material: SeededData) -> None:
    chances = (material.choice("a"), material.choice("b"))
    numbers = [material.number(chance) for chance in chances for _ in range(5_000)]
    assert len(set(numbers)) == len(numbers)
    with pytest.raises(IndexError):
        numbers += [material.number(chances[0]) for _ in range(10_000)]


def test_numbers_of_a_lane_do_not_depend_on_when_the_others_take_theirs(pki: Pki) -> None:
    def numbers(order: str, numbering: int = 0) -> dict[str, list[str]]:
        material = SeededData(5, pki, CANDIDATE.organ_name, lanes=("a", "b"), numbering=numbering)
        chances = {key: material.choice(key) for key in "ab"}
        taken: dict[str, list[str]] = {"a": [], "b": []}
        for key in order:
            taken[key].append(material.number(chances[key]))
        return taken

    assert numbers("aabbab") == numbers("bbbaaa")
    assert set(numbers("aaabbb")["a"]).isdisjoint(numbers("aaabbb")["b"])
    assert numbers("aaabbb") != numbers("aaabbb", numbering=1)


def test_subjects_are_made_of_legal_letters_and_come_back(material: SeededData) -> None:
    chance = material.choice("y")
    document = material.document(chance, peers()["province"], CANDIDATE, (), Layout(), subject=rcv._SUBJECT)
    package = read_package(document.content, PROFILE.parameters.limits)
    assert isinstance(package, DocumentPackage)
    assert package.subject == rcv._SUBJECT


def test_a_recall_names_what_it_recalls(material: SeededData) -> None:
    chance = material.choice("z")
    plain = material.document(chance, peers()["ministry"], CANDIDATE, ())
    assert plain.recalls is None
    assert replace(plain).recalls is None


def test_a_candidate_that_is_one_of_the_played_agencies_gets_another_partner() -> None:
    identifiers = PROFILE.parameters.identifiers
    for candidate in ("000.00.00.G22", "G22", "H37"):
        played = peers_of(identifiers, candidate)
        assert played.keys() == peers().keys()
        assert candidate not in {name for peer in played.values() for name in (peer.organ_id, peer.code102)}


def test_no_peer_has_a_closed_code() -> None:
    agencies = load_profile("qcvn102-2025").parameters.code_lists.agencies
    everybody = [*peers().values(), peers_of(PROFILE.parameters.identifiers, "000.00.00.G22")["ministry"]]
    for name in {name for peer in everybody for name in (peer.organ_id, peer.code102, peer.parent) if name}:
        (listed,) = [agencies[code] for code in codes_upwards(name) if code in agencies]
        assert listed.valid_to is None


def test_old_forms_are_played_where_new_ones_do_not_count() -> None:
    identifiers = load_profile("qcvn102-2016").parameters.identifiers
    played = peers_of(identifiers, CANDIDATE.organ_id)
    assert {organ_form(peer.organ_id, identifiers) for peer in played.values()} == {"old"}


def test_ordinary_documents_say_now_this_and_now_that(material: SeededData, pki: Pki) -> None:
    chance, sender = material.choice("ordinary"), peers()["province"]
    made = [material.document(chance, sender, CANDIDATE, material.files(chance, sender)) for _ in range(60)]
    for document in made:
        assert failures(document.content, pki) == []
    packages = [document.package for document in made]
    for said in ("content", "due_date", "to_places", "other_info", "steering_type", "bussiness"):
        assert {bool(getattr(package, said)) for package in packages} == {True, False}
    assert {len(package.attachments) for package in packages} == {1, 2, 3}
    assert len({package.subject for package in packages}) == len(packages)
    assert len({document.content for document in made}) == len(made)


def test_a_signed_document_is_as_good(material: SeededData, pki: Pki) -> None:
    chance, sender = material.choice("signed package"), peers()["department"]
    for _ in range(6):
        plain = material.document(chance, sender, CANDIDATE, (SeededFile("a.pdf", material.pdf(chance)),))
        signed = material.signed(plain, PROFILE.parameters.limits)
        assert b"<Signature" in signed.content
        assert failures(signed.content, pki) == []


def test_equal_seeds_make_equal_documents_in_any_order(pki: Pki) -> None:
    def subjects(order: str) -> dict[str, list[str]]:
        material = SeededData(5, pki, CANDIDATE.organ_name, lanes=("a", "b"), others=tuple(peers().values()))
        chances, sender = {key: material.choice(key) for key in "ab"}, peers()["ministry"]
        said: dict[str, list[str]] = {"a": [], "b": []}
        for key in order:
            document = material.document(chances[key], sender, CANDIDATE, material.files(chances[key], sender))
            said[key].append(f"{document.code} {document.package.subject} {[one.name for one in document.files]}")
        return said

    assert subjects("aabb") == subjects("baba")


@pytest.mark.parametrize(
    "vector", [one for one in all_vectors().values() if one.requirement not in HEAVY], ids=lambda vector: vector.key
)
def test_vectors_hold_for_the_material_of_a_run(vector: Vector, material: SeededData) -> None:
    chance, sender = material.choice(vector.key), peers()["branch"]
    now = datetime.now(VIETNAM)
    for whole in (False,) * 6 + (True,) * 9:
        files = material.files(chance, sender, least=2 if whole else 1)
        try:
            content = vector.written(material.identity(chance, sender, CANDIDATE, files, whole=whole))
        except NoSuchElement:
            continue
        groups = frozenset({"PKG", "HDR", "TRC", "ATT", "STP"})
        codes = {one.code for one in check_package(content, load_profile(VECTOR_PROFILE), now, groups=groups).findings}
        assert codes == (set() if vector.code is None else {vector.code})
        return
    pytest.fail("never made")

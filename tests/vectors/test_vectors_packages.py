"""Every vector proves itself: a good one gives no finding, a bad one gives its own and none of another requirement."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.catalogue.findings import Finding
from harness.catalogue.profiles import Profile, load_profile
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.texts import LANGUAGES, entries, finding_text
from harness.journal.recorder import VIETNAM
from harness.rules.check import IMPLEMENTED, check_package
from harness.vectors.packages.base import DocumentIdentity
from harness.vectors.registry import GROUPS, VECTOR_PROFILE, Vector, all_vectors, vectors_of

OWN_GROUPS = frozenset({"PKG", "HDR", "TRC", "ATT", "STP"})
VECTORS = [vector for vector in all_vectors().values() if vector.requirement[:3] in OWN_GROUPS]
HEAVY = {"PKG-10", "ATT-06"}
# Said of files and archives, not of the bytes of one package; and what only a profile of one's own can bring about,
# or half a gigabyte.
NOT_BY_A_PACKAGE = {
    "PKG-01.archive-damaged",
    "PKG-01.entry-path",
    "PKG-01.entry-special",
    "PKG-01.file-unreadable",
    "PKG-10.archive",
    "PKG-10.attachment",
    "PKG-10.attributes",
    "PKG-10.elements",
    "PKG-10.member",
    "PKG-10.memory",
    "PKG-10.not-examined",
    "PKG-10.not-kept",
    "PKG-10.package",
    "PKG-10.time",
    "HDR-09.not-in-force",
    "HDR-17.uuid-refused",
    "HDR-22.not-yet",
    "ATT-04.dots",
    "ATT-05.blank",
    "ATT-06.expansion",
    "ATT-06.unsupported",
}


def findings_of(vector: Vector, identity: DocumentIdentity, profile: Profile) -> tuple[Finding, ...]:
    # A code that is closed later cannot be named earlier: such a vector is of the day of the closing at the earliest.
    day = max(identity.day, date(2025, 7, 1)) if vector.requirement == "HDR-22" else identity.day
    at = datetime.combine(day, time(12), VIETNAM)
    return check_package(vector.written(identity), profile, at, groups=OWN_GROUPS).findings


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile(VECTOR_PROFILE)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.key)
def test_vector_breaks_what_it_names_and_nothing_else(vector: Vector, profile: Profile) -> None:
    findings = findings_of(vector, DocumentIdentity(), profile)
    codes = {finding.code for finding in findings}
    assert codes == (set() if vector.code is None else {vector.code})
    for finding in findings:
        for language in LANGUAGES:
            said = {**finding.parameters, "expected": finding.expected, "received": finding.received}
            assert finding_text(finding.code, "message", language, **said)
    if vector.code is not None and vector.code.startswith(("HDR", "TRC", "STP")):
        assert all(finding.where.line and finding.where.xpath for finding in findings)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.key)
def test_vector_says_why(vector: Vector) -> None:
    assert all(vector.why(language) for language in LANGUAGES)


@pytest.mark.parametrize("requirement", sorted(key for key in IMPLEMENTED if key[:3] in OWN_GROUPS))
def test_every_requirement_has_its_vectors(requirement: str) -> None:
    codes = [vector.code for vector in vectors_of(requirement)]
    assert codes.count(None) >= 1
    assert len(codes) - codes.count(None) >= 3


def test_every_static_requirement_has_a_rule() -> None:
    static = {entry.id for entry in load_catalogue().requirements.values() if entry.where == "S"}
    assert {key for key in static if key[:3] in OWN_GROUPS} <= set(IMPLEMENTED)


def test_every_code_is_given_by_some_vector() -> None:
    known = {code for group in GROUPS if group.upper() in OWN_GROUPS for code in entries(group)}
    given_codes = {vector.code for vector in VECTORS}
    assert known - given_codes == NOT_BY_A_PACKAGE
    assert given_codes - {None} <= known


CLOSED_LATER = {vector.key: set[str]() for vector in VECTORS if vector.code == "HDR-22.closed"}


@pytest.mark.parametrize(
    ("name", "otherwise"),
    [
        ("qcvn102-2022", CLOSED_LATER),
        ("qcvn102-2016", {
            "HDR-02/both-forms": {"HDR-02.not-a-form"},
            "HDR-17/uuid": set[str](),
            **CLOSED_LATER,
            "HDR-22/below-a-closed-province": {"HDR-02.not-a-form"},
            "HDR-22/answers-a-document-after-the-closing": {"HDR-02.not-a-form", "HDR-17.other-form"},
        }),
    ],
)  # fmt: skip
def test_older_profiles_differ_in_identifiers_only(name: str, otherwise: Mapping[str, set[str]]) -> None:
    older = load_profile(name)
    differing = {}
    for vector in VECTORS:
        if vector.requirement in HEAVY:
            continue
        codes = Counter(finding.code for finding in findings_of(vector, DocumentIdentity(), older))
        if set(codes) != (set() if vector.code is None else {vector.code}):
            differing[vector.key] = set(codes)
    assert differing == otherwise


_AGENCIES = st.tuples(
    st.sampled_from(["000.00.00.G22", "002.00.20.H13", "H41", "H41.12", "H37.DN.001", "0100109106", "0100109106-001"]),
    st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạ ", max_size=60).map(lambda name: f"Sở {name}"),
)
_IDENTITIES = st.builds(
    DocumentIdentity,
    sender=_AGENCIES,
    receiver=_AGENCIES,
    number=st.integers(1, 99999).map(str),
    notation=st.text("ABCĐQTU-&", min_size=1, max_size=19).map(lambda text: f"Q{text}"),  # a dash alone is a filler
    day=st.dates(date(2001, 1, 8), date(2090, 1, 1)),
).filter(lambda identity: identity.sender[0] != identity.receiver[0])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(identity=_IDENTITIES, vector=st.sampled_from([vector for vector in VECTORS if vector.requirement not in HEAVY]))
def test_vectors_hold_for_any_identity(identity: DocumentIdentity, vector: Vector) -> None:
    codes = {finding.code for finding in findings_of(vector, identity, load_profile(VECTOR_PROFILE))}
    assert codes == (set() if vector.code is None else {vector.code})

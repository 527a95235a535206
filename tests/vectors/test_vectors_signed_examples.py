"""Examples that are kept as text: each mandatory requirement about packages has one that a real package confirms."""

import base64
import re
from datetime import timedelta
from functools import cache

import pytest

from harness.catalogue.requirements import load_catalogue
from harness.catalogue.texts import known_finding
from harness.crypto.testpki.pki import AGENCY_NAME
from harness.vectors.examples import example_of, shown
from harness.vectors.packages.base import DocumentIdentity
from harness.vectors.registry import all_vectors
from harness.vectors.signed import signed_names, signed_vector
from harness.vectors.signed_examples import signed_examples
from tests.crypto.signing_material import LIMITS, LOCAL, pki

KEPT = signed_examples()
FIRST = {"SIG": "SIG/exclusive", "PDF": "PDF/person-then-agency"}
STATIC = {"PKG", "HDR", "TRC", "ATT", "STP", "SIG", "PDF"}
MANDATORY = [one.id for one in load_catalogue().requirements.values() if one.group in STATIC and one.level == "M"]
_ENCODED = re.compile(rb"<(?:\w+:)?ContentTransferEncoded[^>]*>([^<]*)<")
_COMMENT = re.compile(r"<!--.*?-->| % .*")


@cache
def built(name: str) -> bytes:
    """Return a package about signatures as bytes, and the PDF that it carries behind it."""
    day = (LOCAL - timedelta(days=1)).date()
    identity = DocumentIdentity(sender=("000.00.00.H41", AGENCY_NAME), receiver=DocumentIdentity().sender, day=day)
    content = signed_vector(name, identity, pki(), LIMITS)
    encoded = _ENCODED.search(content)
    assert encoded is not None
    return content + base64.b64decode(encoded[1])


def names(lines: tuple[str, ...]) -> set[str]:
    """Return the names of elements in lines of XML, or those of lines of PDF; what comments say is not in the file."""
    text = _COMMENT.sub("", "\n".join(lines))
    return set(re.findall(r"<(?:\w+:)?([A-Za-z]\w*)" if "<Sig" in text or "</" in text else r"/([A-Z]\w+)", text))


@pytest.mark.parametrize("requirement", MANDATORY)
def test_every_mandatory_requirement_about_packages_has_an_example_with_two_sides(requirement: str) -> None:
    kept = [one for code, one in KEPT.items() if code.startswith(f"{requirement}.")]
    if kept:
        assert all(one.bad and one.good and one.bad != one.good for one in kept)
        return
    broken = [one for one in all_vectors().values() if one.requirement == requirement and one.code is not None]
    bad = min(broken, key=lambda one: one.name != "too-deep")  # the others of size limits are as large as may be
    example = example_of(bad, DocumentIdentity())
    assert shown(example.good, example.bad) != shown(example.bad, example.good)


@pytest.mark.parametrize("code", KEPT)
def test_a_kept_example_is_of_a_real_package(code: str) -> None:
    example = KEPT[code]
    assert known_finding(code)
    assert code in signed_names()[example.package] or not signed_names()[example.package]
    for name, lines in (
        (example.package, example.bad),
        (example.good_package or FIRST[code[:3]], example.good),
    ):
        content = built(name).decode("latin-1")
        assert [one for one in names(lines) if not re.search(rf"{re.escape(one)}\b", content)] == []


@pytest.mark.parametrize("code", KEPT)
def test_a_kept_example_is_short(code: str) -> None:
    lines = KEPT[code].bad + KEPT[code].good
    assert len(lines) <= 8
    assert max(map(len, lines)) <= 140
    assert all(line.isprintable() for line in lines)


def test_every_finding_of_a_mandatory_requirement_that_a_package_shows_has_an_example() -> None:
    brought = {code for codes in signed_names().values() for code in codes if code.partition(".")[0] in MANDATORY}
    assert {code for code in brought if code[:3] in FIRST} - set(KEPT) == set()

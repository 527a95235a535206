"""Every package of the requirements about signatures brings exactly the findings that it was made for."""

from datetime import datetime, timedelta

import pytest

from harness.catalogue.profiles import load_profile
from harness.catalogue.requirements import load_catalogue
from harness.crypto.testpki.pki import Pki
from harness.journal.recorder import VIETNAM
from harness.rules.check import check_package
from harness.vectors.signed import signed_vectors

PROFILE = load_profile()
NOW = datetime(2026, 6, 15, 10, 0, tzinfo=VIETNAM)
PKI = Pki(NOW - timedelta(minutes=1))
KEYS = [key for key in load_catalogue().requirements if key[:3] in {"SIG", "PDF"}]


@pytest.mark.parametrize("key", KEYS)
def test_each_vector_has_exactly_its_own_findings(key: str) -> None:
    vectors = signed_vectors(key, NOW, PKI, PROFILE.parameters.limits)
    found = {
        vector.name: {one.code for one in check_package(vector.content, PROFILE, NOW, trust=PKI.trust(NOW)).findings}
        for vector in vectors
    }
    assert found == {vector.name: set(vector.codes) for vector in vectors}
    assert any(not vector.codes for vector in vectors)
    assert any(code.startswith(key) for vector in vectors for code in vector.codes)


def test_other_requirements_have_no_vectors_here() -> None:
    assert signed_vectors("HDR-07", NOW, PKI, PROFILE.parameters.limits) == ()

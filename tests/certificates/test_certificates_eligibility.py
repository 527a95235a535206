"""What bars a run from being certified: everything but a whole, sealed, passed run of a released harness."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.catalogue.errors import ConfigurationError
from harness.certificates.eligibility import Bar, ProductUnderTest, RunExamination, examine, plain_bars
from harness.certificates.issue import GrantedDecision, made_certificate
from tests.certificates.certified_runs import (
    NOW,
    PRODUCT,
    PROFILE_ID,
    REQUIREMENT,
    Authority,
    make_authority,
    passed_run,
    write_profile,
)
from tests.report.judged_runs import forge_pass


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path / "authority")


def examined(run: Path, by: Authority, product: ProductUnderTest = PRODUCT) -> RunExamination:
    key = by.authority.keys[0]
    found = examine(run, product, key, by.authority.profiles)
    plain = plain_bars(run, product, by.authority.profiles)
    assert set(plain) <= set(found.bars) or Bar.NO_RUN in found.bars or Bar.UNSEALED in found.bars
    return found


def test_a_whole_sealed_passed_run_may_be_certified(authority: Authority, tmp_path: Path) -> None:
    run = passed_run(tmp_path / "a" / "run", authority)
    found = examined(run, authority)
    assert found.bars == ()
    decision = GrantedDecision("Công ty Alpha", "lan", "minh", NOW, "Đạt mọi yêu cầu.")
    certificate = made_certificate("LT-2026-0001", found, decision, authority.authority)
    assert certificate.scope.required == (REQUIREMENT,)
    assert (certificate.issued, certificate.valid_until) == ("2026-11-30T10:00:00+07:00", "2029-11-30")


@pytest.mark.parametrize(
    ("how", "bar"),
    [
        ({"only": (REQUIREMENT,)}, Bar.NARROWED),
        ({"refused": True}, Bar.FAILED),
        ({"over": False}, Bar.INCONCLUSIVE),
        ({"released": False}, Bar.UNRELEASED),
        ({"sealed": False}, Bar.UNSEALED),
    ],
)
def test_what_a_run_says_of_itself_bars_it(
    authority: Authority, tmp_path: Path, how: dict[str, object], bar: Bar
) -> None:
    run = passed_run(tmp_path / "a" / "run", authority, **how)  # type: ignore[arg-type]
    found = examined(run, authority)
    assert bar in found.bars
    with pytest.raises(ConfigurationError) as caught:
        made_certificate("LT-1", found, GrantedDecision("X", "a", "b", NOW, "c"), authority.authority)
    assert caught.value.code == "certificate.barred"


def _edited(run: Path) -> None:
    forge_pass(run)


def _resealed(run: Path) -> None:
    (run / "manifest.sig").write_bytes((run / "manifest.sig").read_bytes()[:-4] + b"AAAA")


def _gone(run: Path) -> None:
    shutil.rmtree(run)


@pytest.mark.parametrize(
    ("change", "bar"), [(_edited, Bar.SEAL_BROKEN), (_resealed, Bar.SEAL_BROKEN), (_gone, Bar.NO_RUN)]
)
def test_what_was_done_to_a_run_bars_it(
    authority: Authority, tmp_path: Path, change: Callable[[Path], None], bar: Bar
) -> None:
    run = passed_run(tmp_path / "a" / "run", authority, refused=change is _edited)
    change(run)
    assert bar in examined(run, authority).bars


def test_runs_products_and_profiles_of_others_are_barred(authority: Authority, tmp_path: Path) -> None:
    other = make_authority(tmp_path / "other")
    run = passed_run(tmp_path / "a" / "run", authority, laboratory=other.laboratory)
    assert examined(run, authority).bars == (Bar.OTHER_LABORATORY,)
    own = passed_run(tmp_path / "b" / "run", authority)
    assert examined(own, authority, ProductUnderTest("QLVB Alpha", "3.3")).bars == (Bar.OTHER_PRODUCT,)
    write_profile(authority.folder / "profiles" / PROFILE_ID, REQUIREMENT, "SND-02")
    assert examined(own, authority).bars == (Bar.PROFILE_CHANGED,)
    shutil.rmtree(authority.folder / "profiles")
    assert examined(own, authority).bars == (Bar.PROFILE_UNKNOWN,)

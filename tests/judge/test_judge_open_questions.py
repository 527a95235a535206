"""What the rules could not find out about a package's signatures: never a pass, and blamed on the right one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.crypto.chains.trust import Trust
from harness.journal import Event
from harness.judge.report_schema import Judgement
from harness.vectors.forged_packages import FORGERIES
from tests.crypto.signing_material import LIMITS, package, pki, trust
from tests.judge.recorded_run import RecordedRun, cause, codes, verdict

NO_LISTS = replace(trust(), crls=())


class TrustingRun(RecordedRun):
    """A run that recorded what its signatures are judged by."""

    def __init__(self, directory: Path, trusted: Trust) -> None:
        self._trusted = trusted
        super().__init__(directory, only=["SIG-04", "SIG-05", "SIG-06"])

    def record(self, kind: str, data: dict[str, Any]) -> Event:
        reported = {"trust": self._trusted.as_data()} if kind == "run.started" else {}
        return super().record(kind, {**data, **reported})


def judged(folder: Path, data: bytes, trusted: Trust) -> Judgement:
    """Judge a run in which the candidate sent one package."""
    run = TrustingRun(folder, trusted)
    sent = {"kind": "document", "sha256": "1", "blob": run.journal.blob(data), "hash_file_form": "padded"}
    run.call("sendEdoc", {"accepted": {"document_id": "1"}}, package=sent)
    run.finish()
    return run.judged()


def forged(name: str) -> bytes:
    return FORGERIES[name].build(package(), pki(), LIMITS)


def test_a_good_signature_passes(tmp_path: Path) -> None:
    judgement = judged(tmp_path, forged("exclusive"), trust())
    assert [verdict(judgement, name) for name in ("SIG-04", "SIG-05", "SIG-06")] == ["pass"] * 3


def test_unknown_revocation_is_inconclusive(tmp_path: Path) -> None:
    judgement = judged(tmp_path, forged("exclusive"), NO_LISTS)
    assert (verdict(judgement, "SIG-06"), cause(judgement, "SIG-06")) == ("inconclusive", "network")
    assert verdict(judgement, "SIG-05") == "pass"


@pytest.mark.parametrize(("name", "requirement"), [("other-agency", "SIG-05"), ("weak-digest", "SIG-04")])
def test_a_remark_does_not_pass_over_what_is_unknown(tmp_path: Path, name: str, requirement: str) -> None:
    judgement = judged(tmp_path, forged(name), NO_LISTS)
    assert (verdict(judgement, requirement), verdict(judgement, "SIG-06")) == ("remark", "inconclusive")
    untold = judged(tmp_path / "untold", forged(name), Trust())
    assert (verdict(untold, "SIG-05"), cause(untold, "SIG-05")) == ("inconclusive", "configuration")


def test_a_failure_stays_one_beside_an_open_question(tmp_path: Path) -> None:
    judgement = judged(tmp_path, forged("expired"), trust())
    assert (verdict(judgement, "SIG-05"), verdict(judgement, "SIG-06")) == ("fail", "inconclusive")
    assert "SIG-05.expired" in codes(judgement)
    assert cause(judgement, "SIG-06") == "candidate"

"""Where runs are verified and judged again: a process of its own, one run at a time, at low priority."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from harness.certificates.authority import KnownProfiles
from harness.certificates.eligibility import ProductUnderTest, RunExamination, examine
from harness.certificates.recall import RecallCase, RecallResult, judged_anew
from harness.console.certification.certifier import Certifier
from harness.seal.laboratory import public_part

_NICE = 10


@dataclass(slots=True)
class ExaminationBench:
    """Examines runs; the process is begun when it is needed first."""

    _pool: ProcessPoolExecutor | None = field(default=None, repr=False)

    def examine(self, folder: Path, product: ProductUnderTest, certifier: Certifier) -> RunExamination:
        """Verify a run and judge it again; see `harness.certificates.eligibility.examine`.

        Raises:
            ConfigurationError: a profile of the authority is wrong.
            BrokenExecutor: the process was ended from outside.
        """
        pem = public_part(certifier.laboratory).pem
        return self._worker().submit(_examined, folder, product, pem, certifier.authority.profiles).result()

    def recall(self, cases: Sequence[RecallCase], profile: str) -> Sequence[Future[RecallResult]]:
        """Have runs judged again, by a profile or each by its own; nothing is changed."""
        return [self._worker().submit(judged_anew, case, profile or None) for case in cases]

    def close(self) -> None:
        """End."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _worker(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_stand_back)
        return self._pool


def _examined(folder: Path, product: ProductUnderTest, pem: str, profiles: KnownProfiles) -> RunExamination:
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return examine(folder, product, key, profiles)


def _stand_back() -> None:
    os.nice(_NICE)

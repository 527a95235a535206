"""Data that several threads use is parsed by one thread at a time."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives.serialization import Encoding

from harness.crypto.chains import chain as chains
from harness.crypto.chains.chain import examine_chain
from harness.crypto.chains.revocation import Standing, examine_revocation
from harness.crypto.parser_lock import in_one_thread
from tests.crypto.signing_material import NOW, pki, trust

THREADS = 8


def test_the_parser_lock_admits_one_thread_at_a_time() -> None:
    inside, most = 0, 0
    counting = threading.Lock()

    @in_one_thread
    def work(_: int) -> None:
        nonlocal inside, most
        with counting:
            inside += 1
            most = max(most, inside)
        time.sleep(0.001)
        with counting:
            inside -= 1

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, range(4 * THREADS)))
    assert most == 1


def test_a_good_certificate_is_good_in_every_thread() -> None:
    identity = pki().identity("agency")
    leaf = identity.certificate.public_bytes(Encoding.DER)
    embedded = [each.public_bytes(Encoding.DER) for each in identity.chain]

    def standing(_: int) -> Standing:
        chains.load_trust.cache_clear()  # so that no thread finds a cached result
        return examine_revocation(examine_chain(leaf, embedded, trust(), NOW), embedded, trust(), NOW).standing

    with ThreadPoolExecutor(THREADS) as threads:
        assert set(threads.map(standing, range(8 * THREADS))) == {Standing.GOOD}

"""Checks on a real cluster of this machine, and what is refused before one is asked."""

import os
import signal
from collections.abc import Iterator

import pytest
from distributed import Client, LocalCluster

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import Profile, load_profile
from harness.cluster import checks
from harness.cluster.access import Credentials, cluster_access
from harness.cluster.checks import cluster_outcomes
from harness.cluster.part import Edition
from harness.validation.processes import outcomes
from harness.validation.worker import Outcome
from tests.validation.test_validation_processes import TASK, many


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile(TASK.profile)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        yield str(cluster.scheduler_address)


def found(address: str, profile: Profile, count: int) -> Iterator[Outcome]:
    access = cluster_access(address, Credentials(), plain=False, as_bytes=False)
    return cluster_outcomes(many(count), TASK, profile, access)


def test_a_cluster_gives_what_processes_give_though_a_worker_is_killed(address: str, profile: Profile) -> None:
    stream = found(address, profile, 600)
    first = next(stream)
    with Client(address) as client:
        pid = min(client.run(os.getpid).values())
    os.kill(pid, signal.SIGKILL)
    assert [first, *stream] == list(outcomes(many(600), TASK, profile, 2))


def test_another_edition_is_refused(address: str, profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "edition_of", lambda name: Edition("0.0.1", "a" * 64, profile.sha256))
    with pytest.raises(ConfigurationError, match=r"cluster\.differs.*worker=tcp://127.*ours=0\.0\.1"):
        next(found(address, profile, 1))


@pytest.mark.parametrize(
    ("address", "code"),
    [("tcp://10.0.0.1:8786", "plain"), ("tls://10.0.0.1:8786", "tls"), ("local:0", "address"), ("x", "address")],
)
def test_addresses_are_refused(address: str, code: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"cluster\.{code}"):
        cluster_access(address, Credentials(), plain=False, as_bytes=False)

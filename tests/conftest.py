"""What holds for all tests."""

import math
import signal

import pytest
from hypothesis import HealthCheck, settings

# A shell that starts this in the background has children ignore Ctrl-C, and theirs too; the tests send it on purpose.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How fast inputs are made says nothing about the project on a machine that does other work beside it.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the slow tests, spread over the workers: one that began last would be waited for alone.

    Each worker is given an equal share of the list, in its order.
    """
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    slow = [item for item in items if item.get_closest_marker("slow")]
    rest = [item for item in items if not item.get_closest_marker("slow")]
    share = math.ceil(len(rest) / workers)
    items[:] = [
        item
        for worker in range(workers)
        for item in (*slow[worker::workers], *rest[worker * share : (worker + 1) * share])
    ]

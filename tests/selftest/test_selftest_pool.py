"""Processes of the self-test: what one of them does cannot touch the others."""

import os
import signal
import time

from harness.selftest.pool import Died, Pool


def work(thing: str) -> str:
    if thing == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if thing == "leaves":
        os._exit(7)
    if thing == "hangs":
        time.sleep(600)
    return thing.upper()


def test_a_crash_does_not_affect_the_others() -> None:
    things = ("a", "killed", "b", "leaves", "c")
    done = dict(Pool(work, jobs=2, limit=120.0).each(things))
    assert done == {"a": "A", "b": "B", "c": "C", "killed": Died(-signal.SIGKILL), "leaves": Died(7)}


def test_a_run_that_does_not_end_is_ended() -> None:
    done = dict(Pool(work, jobs=2, limit=6.0).each(("hangs", "a")))
    assert done["a"] == "A"
    assert done["hangs"] == Died(None)


def test_work_ends_when_the_caller_stops_listening() -> None:
    pool = Pool(work, jobs=2, limit=600.0)
    for thing, _ in pool.each(("a", "hangs")):
        assert thing == "a"
        break
    # Without the end of "hangs" this test would not come here for ten minutes.

"""Guessing the password of the page: it takes longer and longer, and never keeps out a user who knows it."""

import base64
from pathlib import Path

from harness.workbench.password_guard import PasswordGuard
from tests.workbench.bench_rig import BenchRig, with_bench

RIGHT = "mật khẩu dài"


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"dev:{password}".encode()).decode()


def status(guard: PasswordGuard, password: str, address: str = "192.0.2.7") -> tuple[int, int]:
    """Return status and seconds to wait of one try, 200 for one that is let in."""
    turned = guard.turned(address, basic(password))
    return (200, 0) if turned is None else (turned.status, int(turned.headers.get("Retry-After", 0)))


def guess_until_it_waits(guard: PasswordGuard, address: str = "192.0.2.7") -> None:
    for number in range(5):
        assert status(guard, f"wrong {number}", address) == (401, 0)


def test_each_wrong_guess_makes_the_next_one_wait_longer() -> None:
    clock = Clock()
    guard = PasswordGuard(RIGHT, clock)
    guess_until_it_waits(guard)
    waits = []
    for number in range(12):
        found, wait = status(guard, f"again {number}")
        assert found == 429
        waits.append(wait)
        clock.time += wait
        assert status(guard, f"again {number}")[0] == 401
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_who_has_to_wait_does_not_learn_whether_a_guess_was_right() -> None:
    clock = Clock()
    guard = PasswordGuard(RIGHT, clock)
    guess_until_it_waits(guard)
    assert status(guard, RIGHT) == (429, 1)
    clock.time += 1
    assert status(guard, RIGHT) == (200, 0)
    # What was mistyped before counts no more.
    guess_until_it_waits(guard)


def test_another_address_does_not_wait_for_it() -> None:
    guard = PasswordGuard(RIGHT, Clock())
    guess_until_it_waits(guard)
    assert status(guard, RIGHT, "192.0.2.8") == (200, 0)


def test_the_addresses_of_one_ipv6_customer_are_one() -> None:
    guard = PasswordGuard(RIGHT, Clock())
    for number in range(5):
        assert status(guard, f"wrong {number}", f"2001:db8:1:2::{number + 1}")[0] == 401
    assert status(guard, RIGHT, "2001:db8:1:2:ffff::1")[0] == 429
    assert status(guard, RIGHT, "2001:db8:1:3::1") == (200, 0)


def test_many_addresses_together_are_slowed_down_but_not_who_was_in_before() -> None:
    clock = Clock()
    guard = PasswordGuard(RIGHT, clock)
    assert status(guard, RIGHT, "198.51.100.1") == (200, 0)
    for number in range(50):
        assert status(guard, "wrong", f"192.0.2.{number}")[0] == 401
    assert status(guard, RIGHT, "203.0.113.9") == (429, 60)
    assert status(guard, RIGHT, "198.51.100.1") == (200, 0)
    clock.time += 60
    assert status(guard, RIGHT, "203.0.113.9") == (200, 0)


def test_a_browser_that_remembers_a_wrong_password_guesses_once() -> None:
    guard = PasswordGuard(RIGHT, Clock())
    assert [status(guard, "old password") for _ in range(30)] == [(401, 0)] * 30
    assert guard.turned("192.0.2.7", "") is not None
    assert status(guard, RIGHT) == (200, 0)


def test_the_page_says_when_to_come_back(tmp_path: Path) -> None:
    async def play(rig: BenchRig) -> None:
        for number in range(5):
            assert (await rig.get("/harness/calls", auth=("dev", f"wrong {number}"))).status_code == 401
        answer = await rig.get("/harness/calls", auth=("dev", RIGHT))
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.json()["error"]["code"] == "too-many-guesses"
        # The binding asks for no password, and goes on.
        assert await rig.province.count_receive_edoc() == 0

    with_bench(tmp_path, play, password=RIGHT)

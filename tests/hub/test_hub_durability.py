"""One sync serves many calls, and covers everything written before it; a failing disk is reported to all."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from harness.catalogue.codes import RefusalReason
from harness.hub import durability
from harness.hub.durability import GroupCommit
from harness.hub.service import Hub
from harness.hub.settings import HubSettings
from harness.hub.store import HubStore
from harness.vxp.failures import Refused
from tests.hub.hub_rig import MINISTRY, PROVINCE, Rig, document, with_rig


def test_many_calls_share_a_round_and_a_late_one_gets_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(_shared(monkeypatch))


async def _shared(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[int] = []
    go_on = threading.Event()

    def slow(paths: tuple[Path, ...]) -> None:
        rounds.append(len(paths))
        go_on.wait(10)

    monkeypatch.setattr(durability, "write_through", slow)
    commit = GroupCommit((Path("a"),))
    first = asyncio.create_task(commit.done())
    while not rounds:  # noqa: ASYNC110 - the round runs in a thread
        await asyncio.sleep(0)
    late = [asyncio.create_task(commit.done()) for _ in range(20)]
    await asyncio.sleep(0)
    assert rounds == [1]
    assert not any(one.done() for one in late)
    go_on.set()
    await asyncio.gather(first, *late)
    assert rounds == [1, 1]


def test_a_failing_disk_is_reported_to_all_waiting_callers_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(_failing(monkeypatch))


async def _failing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(paths: tuple[Path, ...]) -> None:
        raise OSError(28, "No space left on device")

    commit = GroupCommit((Path("a"),))
    with monkeypatch.context() as patched:
        patched.setattr(durability, "write_through", full)
        outcomes = await asyncio.gather(*(commit.done() for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in outcomes] == [OSError] * 3
    await commit.done()


def test_a_caller_that_leaves_does_not_affect_others() -> None:
    asyncio.run(_left())


async def _left() -> None:
    commit = GroupCommit(())
    leaving, staying = asyncio.create_task(commit.done()), asyncio.create_task(commit.done())
    await asyncio.sleep(0)
    leaving.cancel()
    await staying


def test_nothing_is_answered_before_it_is_on_the_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(paths: tuple[Path, ...]) -> None:
        raise OSError(5, "Input/output error")

    async def play(rig: Rig) -> str:
        monkeypatch.setattr(durability, "write_through", full)
        with pytest.raises(Refused) as refused:
            await rig.ministry.send_edoc(document(), "edoc", to=[PROVINCE])
        return refused.value.code

    code = with_rig(play, data=tmp_path)
    assert code == HubSettings.of().errors[RefusalReason.INTERNAL].code


def test_a_folder_of_an_older_version_goes_on(tmp_path: Path) -> None:
    hub = Hub(HubSettings.of(data=tmp_path))
    hub.add_system("s", "a-secret")
    hub.add_agency(PROVINCE, "UBND tỉnh", "s")
    hub._store.change("DROP TABLE blobs")
    hub._store.change("PRAGMA user_version = 1")
    hub.close()
    again = Hub(HubSettings.of(data=tmp_path))
    (delivery,) = again.deliver(document(), sender=MINISTRY, receivers=[PROVINCE], messagetype="edoc")
    item = again.item(delivery.receiver_doc_id)
    assert item is not None
    assert again._blobs.content(item.served) == document()
    again.close()


def _system(store: HubStore, name: str) -> None:
    store.change("INSERT INTO systems VALUES (?, 'a-secret')", name)


def _share(store: HubStore, *names: str) -> None:
    with store.transaction(shared=True):
        for name in names:
            _system(store, name)


def _names(store: HubStore) -> list[str]:
    return [row["system_id"] for row in store.rows("SELECT system_id FROM systems ORDER BY system_id")]


def test_of_those_who_share_a_transaction_only_the_failing_one_is_undone(tmp_path: Path) -> None:
    store = HubStore(tmp_path)
    with store.transaction(shared=True):
        _system(store, "a")
    with pytest.raises(sqlite3.IntegrityError):
        _share(store, "b", "a")
    with store.transaction(shared=True):
        _system(store, "c")
    assert _names(store) == ["a", "c"]
    assert store.losses == 0
    asyncio.run(store.durable(0))
    assert not store._connection.in_transaction
    with store.transaction(shared=True):
        _system(store, "d")
    _system(store, "e")  # shares with nobody, and takes the open one with it
    assert not store._connection.in_transaction
    store.close()
    again = HubStore(tmp_path)
    assert _names(again) == ["a", "c", "d", "e"]
    again.close()


def test_what_a_full_disk_takes_from_all_who_share_is_told_to_all(tmp_path: Path) -> None:
    store = HubStore(tmp_path)
    losses = store.losses
    with store.transaction(shared=True):
        _system(store, "a")
    pages = store.row("PRAGMA page_count")
    assert pages is not None
    store.row(f"PRAGMA max_page_count = {pages[0]}")
    with pytest.raises(sqlite3.OperationalError, match="full"), store.transaction(shared=True):
        store.change("INSERT INTO blobs VALUES ('name', ?)", b"x" * 200_000)
    try:
        asyncio.run(store.durable(losses))
        promised = ["a"]
    except OSError:
        promised = []
    stamp = store.stamp
    asyncio.run(store.durable(store.losses))
    assert store.stamp == stamp
    store.close()
    again = HubStore(tmp_path)
    assert _names(again) == promised
    again.close()


def test_a_transaction_that_cannot_be_ended_is_lost_for_all(tmp_path: Path) -> None:
    store = HubStore(tmp_path)
    losses, stamp = store.losses, store.stamp
    with store.transaction(shared=True):
        _system(store, "a")
        store.change("PRAGMA defer_foreign_keys = ON")
        store.change(
            "INSERT INTO deliveries (receiver_doc_id, message, agency, messagetype, state, created, updated)"
            " VALUES ('x', 99, 99, 'edoc', 'initial', '', '')"
        )
    with pytest.raises(OSError, match="FOREIGN KEY"):
        asyncio.run(store.durable(losses))
    assert _names(store) == []
    assert store.stamp != stamp
    with pytest.raises(OSError, match="could not be written"):
        asyncio.run(store.durable(losses))  # of a call that was carried out before, and asks late
    asyncio.run(store.durable(store.losses))
    store.close()

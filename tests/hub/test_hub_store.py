"""What is kept survives; what is no hub's data is not touched."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from harness.hub.blobs import FolderBlobs, MemoryBlobs, StoredBlobs
from harness.hub.service import Hub
from harness.hub.settings import HubSettings
from harness.hub.store import HubStore, StoreUnusable
from tests.hub.hub_rig import MINISTRY, PROVINCE, document


def filled(folder: Path) -> Hub:
    hub = Hub(HubSettings.of(data=folder))
    hub.add_system("s", "a-secret")
    hub.add_agency(PROVINCE, "UBND tỉnh", "s")
    return hub


def test_everything_is_there_after_opening_again(tmp_path: Path) -> None:
    hub = filled(tmp_path)
    (delivery,) = hub.deliver(document(), sender=MINISTRY, receivers=[PROVINCE], messagetype="edoc")
    hub.close()
    hub.close()
    again = Hub(HubSettings.of(data=tmp_path))
    assert again.directory.secret("s") == "a-secret"
    (item,) = again.mailboxes.waiting("s", "edoc")
    assert item.receiver_doc_id == delivery.receiver_doc_id
    again.close()
    store = HubStore(tmp_path)
    assert StoredBlobs(store, tmp_path / "blobs").content(item.served) == document()
    store.close()


def test_the_folder_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    hub = filled(tmp_path / "hub")
    assert (tmp_path / "hub").stat().st_mode & 0o077 == 0
    with pytest.raises(StoreUnusable) as caught:
        Hub(HubSettings.of(data=tmp_path / "hub"))
    assert caught.value.code == "in-use"
    hub.close()


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "hub.sqlite3").write_bytes(b"not a database, but longer than a header of one" * 100)
    with pytest.raises(StoreUnusable) as caught:
        HubStore(tmp_path)
    assert caught.value.code == "not-a-store"


def test_later_versions_are_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "hub.sqlite3") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreUnusable) as caught:
        HubStore(tmp_path)
    assert caught.value.code == "newer"


def test_a_failing_transaction_leaves_nothing() -> None:
    store = HubStore(None)

    def fail() -> None:
        with store.transaction():
            store.change("INSERT INTO systems VALUES ('a', 'b')")
            with store.transaction():
                store.change("INSERT INTO systems VALUES ('c', 'd')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert store.rows("SELECT * FROM systems") == []
    with store.transaction():
        store.change("INSERT INTO systems VALUES ('a', 'b')")
    assert len(store.rows("SELECT * FROM systems")) == 1


def test_what_a_crash_left_half_written_is_cleared(tmp_path: Path) -> None:
    (tmp_path / "0.1.2.part").write_bytes(b"half")
    FolderBlobs(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_blobs(kind: str, tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs") if kind == "folder" else MemoryBlobs()
    name = blobs.keep(b"content")
    assert blobs.keep(b"content") == name
    assert blobs.content(name) == b"content"
    with pytest.raises(KeyError):
        blobs.content("0" * 64)


def test_a_full_disk_is_not_taken_for_another_hub(tmp_path: Path) -> None:
    script = (
        "import resource, sys; from pathlib import Path; from harness.hub.store import HubStore, StoreUnusable\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: HubStore(Path(sys.argv[1]))\n"
        "except StoreUnusable as error: print(error.code, bool(error.detail))\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=True)
    assert ended.stdout == "unwritable True\n"

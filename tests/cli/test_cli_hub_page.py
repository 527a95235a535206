"""`lienthong hub` with its page: where it is, who may see it, what `--strict` and `--verbose` say."""

import os
import re
import socket
from pathlib import Path

import httpx2
import pytest

from harness.vxp.failures import VxpFailure
from tests.cli.test_cli_hub import TWO_SYSTEMS, Process, hub, refused
from tests.hub.hub_rig import PROVINCE, document

PASSWORD = "mật khẩu của trang"


def page_of(process: Process) -> str:
    found = re.search(r"Page with the calls: (\S+)", "\n".join(process.said))
    assert found is not None
    return found[1]


def mailboxes(page: str, password: str = "") -> httpx2.Response:
    auth = ("dev", password) if password else None
    return httpx2.get(f"{page}harness/mailboxes", auth=auth, trust_env=False)


def test_the_page_is_at_the_hubs_address_on_this_machine() -> None:
    with hub(*TWO_SYSTEMS) as process:
        page = page_of(process)
        assert process.endpoint == f"{page}vxp"
        assert len(mailboxes(page).json()["mailboxes"]) == 2
        shown = httpx2.get(page, headers={"Accept": "text/html"}, trust_env=False)
        assert "<html" in shown.text
        assert "secret-of" not in shown.text


@pytest.mark.parametrize("given", [("--listen", "0.0.0.0:0"), ("--faults", "FILE")])
def test_the_page_has_an_address_of_its_own_where_others_reach_the_hub(tmp_path: Path, given: tuple[str, str]) -> None:
    faults = tmp_path / "faults.yaml"
    faults.write_text("schema: lienthong.faults/1\nconnections: [reset]\n", encoding="utf-8")
    with hub(*TWO_SYSTEMS, *(str(faults) if word == "FILE" else word for word in given)) as process:
        page = page_of(process)
        assert page.startswith("http://127.0.0.1:")
        assert not process.endpoint.startswith(page)
        assert mailboxes(page).status_code == 200
        port = int(re.findall(r":(\d+)/", process.endpoint)[0])
        if given[0] == "--faults":
            with pytest.raises(httpx2.TransportError):
                httpx2.get(f"http://127.0.0.1:{port}/harness/mailboxes", trust_env=False)
        assert httpx2.get(f"http://127.0.0.1:{port}/harness/mailboxes", trust_env=False).status_code == 404
        listed = httpx2.get(f"{page}harness/calls", trust_env=False).json()["calls"]
        assert [call["codes"] for call in listed] == [["VXP-01.unknown-operation"]]
        own = int(re.findall(r":(\d+)/", page)[0])
        assert _listens_on_loopback_alone(own)


def _listens_on_loopback_alone(port: int) -> bool:
    """Return whether no other address of this machine answers at a port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            own = probe.getsockname()[0]
        except OSError:
            return True
    with socket.socket() as other:
        other.settimeout(5)
        return other.connect_ex((own, port)) != 0


@pytest.mark.parametrize("by", ["file", "environment"])
def test_a_password_opens_the_page_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\nwhat else\n", encoding="utf-8")
    if by == "environment":
        monkeypatch.setitem(_environment(), "LIENTHONG_HUB_PASSWORD", PASSWORD)
    options = ("--password-file", str(file)) if by == "file" else ()
    with hub(*TWO_SYSTEMS, "--listen", "0.0.0.0:0", *options) as process:
        page = page_of(process)
        assert process.endpoint.startswith(page)
        assert mailboxes(page).status_code == 401
        assert mailboxes(page, "another one").status_code == 401
        assert mailboxes(page, PASSWORD).status_code == 200
        assert process.ask("province", lambda client: client.count_receive_edoc()) == 0


def _environment() -> dict[str, str]:
    from tests.cli import test_cli_hub

    return test_cli_hub.ENVIRONMENT


def test_a_password_that_is_none_is_refused(tmp_path: Path) -> None:
    short = tmp_path / "short"
    short.write_text("1234567", encoding="utf-8")
    assert "8" in refused("--password-file", str(short))
    assert os.fspath(tmp_path / "none") in refused("--password-file", os.fspath(tmp_path / "none"))


def test_a_strict_hub_refuses_and_a_verbose_one_says_why() -> None:
    with hub("--strict", "--verbose", *TWO_SYSTEMS) as process:
        with pytest.raises(VxpFailure, match=r"HDR-09\.no-document-type"):
            process.ask("ministry", lambda client: client.send_edoc(document(), "edoc"))
        assert process.ask("province", lambda client: client.count_receive_edoc()) == 0
        _, errors = process.stop(2)
    assert "HDR-09.no-document-type: DocumentType is missing" in errors
    assert "s.province countReceiveEdoc: 200 0" in errors


def test_what_a_page_delivers_is_fetched_by_the_system() -> None:
    with hub(*TWO_SYSTEMS) as process:
        made = httpx2.post(
            f"{page_of(process)}harness/deliveries", json={"to": PROVINCE, "kind": "document"}, trust_env=False
        ).json()["deliveries"]
        content = process.ask("province", lambda client: client.get_edoc(made[0]["receiver_doc_id"]))
        assert made[0]["document_id"].encode() in content

"""`lienthong hub --faults`: a hub that misbehaves as its file says."""

from pathlib import Path

import pytest

from harness.resources import folder
from harness.vxp.failures import HttpFailed, TransportFailed
from tests.cli.test_cli_hub import TWO_SYSTEMS, hub, refused


def faults(tmp_path: Path, text: str) -> tuple[str, str]:
    path = tmp_path / "faults.yaml"
    path.write_text(f"schema: lienthong.faults/1\n{text}", encoding="utf-8")
    return "--faults", str(path)


def test_faults_meet_calls_in_their_order(tmp_path: Path) -> None:
    given = faults(tmp_path, "faults:\n  - {operations: [countReceiveEdoc], answers: [503, reset, ok]}\n")
    with hub(*TWO_SYSTEMS, *given) as process:
        assert any(given[1] in line for line in process.said)
        for kind in (HttpFailed, TransportFailed):
            with pytest.raises(kind):
                process.ask("ministry", lambda client: client.count_receive_edoc())
        for _ in range(2):
            assert process.ask("ministry", lambda client: client.count_receive_edoc()) == 0


def test_connections_break_before_any_http(tmp_path: Path) -> None:
    given = faults(tmp_path, "connections: [reset, malformed, cut-request 10, ok]\n")
    with hub(*TWO_SYSTEMS, *given) as process:
        for _ in range(3):
            with pytest.raises(TransportFailed):
                process.ask("ministry", lambda client: client.count_receive_edoc())
        assert process.ask("ministry", lambda client: client.count_receive_edoc()) == 0


def test_a_mistake_in_the_file_is_reported_with_its_line(tmp_path: Path) -> None:
    given = faults(tmp_path, "faults:\n  - answers: [503, flub]\n")
    assert f"{given[1]}:3" in refused(*given)
    assert str(tmp_path / "none.yaml") in refused("--faults", str(tmp_path / "none.yaml"))


def test_the_example_starts() -> None:
    with hub(*TWO_SYSTEMS, "--faults", str(folder("fixtures") / "faults" / "example.yaml")) as process:
        assert process.endpoint.startswith("http://127.0.0.1:")

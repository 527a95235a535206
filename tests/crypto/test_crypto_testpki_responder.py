"""The responder of the test PKI and callers that do not wait for its answer."""

import httpx2
import pytest

from harness.crypto.testpki.responder import Responder


@pytest.mark.parametrize(
    ("error", "printed"), [(BrokenPipeError, False), (ConnectionResetError, False), (OSError, True)]
)
def test_a_caller_that_hangs_up_leaves_nothing_on_the_terminal(
    error: type[OSError], printed: bool, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def failing(*_: object) -> None:
        raise error

    with Responder() as responder:
        monkeypatch.setattr(responder, "fetched", failing)
        with pytest.raises(httpx2.TransportError):
            httpx2.get(f"{responder.url}/issuing.crl")
    assert ("Traceback" in capfd.readouterr().err) is printed

"""Which laboratory a call is made by."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.cli.laboratory import configured_laboratory
from harness.crypto.testpki.folder import make_laboratory, write_identity
from harness.seal.laboratory import load_laboratory


def test_folder_is_found_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_identity(make_laboratory(datetime.now(UTC)), tmp_path)
    monkeypatch.delenv("LIENTHONG_LABORATORY", raising=False)
    assert configured_laboratory() is None
    monkeypatch.setenv("LIENTHONG_LABORATORY", str(tmp_path))
    found, expected = configured_laboratory(), load_laboratory(tmp_path)
    assert found is not None
    assert found.key is not None
    assert expected.key is not None
    assert found.key.public == expected.key.public

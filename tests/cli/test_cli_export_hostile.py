"""`lienthong export SEC-…`: the hostile packages of the scenarios, to take away."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.catalogue.errors import ConfigurationError
from harness.cli.export import command
from harness.scenarios.hostile_samples import REQUIREMENTS


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_every_hostile_package_is_written_with_its_reason(requirement: str, tmp_path: Path) -> None:
    done = CliRunner().invoke(command, [requirement.lower(), "--out", str(tmp_path)], standalone_mode=False)
    assert done.exception is None, done.output
    folder = tmp_path / requirement
    packages = sorted(path.name for path in folder.glob("*.edxml"))
    note = (folder / "README.md").read_text(encoding="utf-8")
    assert len(packages) >= 4
    assert all(f"`{name}`: " in note for name in packages)
    assert ("good-package.edxml" in packages) is (requirement in {"SEC-05", "SEC-06"})
    assert b"BEGIN CERTIFICATE" in (folder / "trust-anchors.pem").read_bytes()


def test_what_has_no_packages_is_reported(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["SEC-07", "--out", str(tmp_path)], standalone_mode=False)
    assert isinstance(done.exception, ConfigurationError)
    assert done.exception.code == "export.unknown-requirement"


def test_export_to_where_nothing_can_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "SEC-01"
    blocked.write_text("a file", encoding="utf-8")
    done = CliRunner().invoke(command, ["SEC-01", "--out", str(tmp_path)], standalone_mode=False)
    assert isinstance(done.exception, ConfigurationError)
    assert done.exception.code == "export.not-a-folder"

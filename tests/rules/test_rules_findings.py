"""Every bad vector is reported with its place, and with the expected and received values a developer needs."""

from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.catalogue.findings import Finding
from harness.catalogue.profiles import Profile, load_profile
from harness.journal.recorder import VIETNAM
from harness.rules.check import check_package
from harness.vectors.packages.base import DocumentIdentity
from harness.vectors.registry import VECTOR_PROFILE, all_vectors

OWN_GROUPS = frozenset({"PKG", "HDR", "TRC", "ATT", "STP"})
TABLE: Mapping[str, list[Mapping[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "findings_of_vectors.yaml").read_text("utf-8")
)


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile(VECTOR_PROFILE)


def said(finding: Finding, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return a finding as the table has it."""
    where = finding.where
    row: dict[str, Any] = {"code": finding.code, "line": where.line, "xpath": where.xpath}
    row |= {"expected": finding.expected, "received": finding.received, "parameters": dict(finding.parameters)}
    reported = {name: value for name, value in row.items() if value}
    if "received" in wanted and wanted["received"] is None:
        assert finding.received
        reported["received"] = None
    return reported


@pytest.mark.parametrize("key", TABLE)
def test_a_finding_says_where_and_what(key: str, profile: Profile) -> None:
    identity, wanted = DocumentIdentity(), TABLE[key]
    at = datetime.combine(identity.day, time(12), VIETNAM)
    findings = check_package(all_vectors()[key].written(identity), profile, at, groups=OWN_GROUPS).findings
    assert [said(one, row) for one, row in zip(findings, wanted, strict=True)] == wanted

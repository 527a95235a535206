"""Lint of a profile against all that reads it: values that nothing could ever meet."""

from pathlib import Path

import pytest

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import profile_names
from harness.resources import folder
from harness.selfcheck.profile import check_by_lint, lint_effects, lint_whole

HEAD = "schema: lienthong.profile/1\nextends: qcvn102-2022\nid: ours\nversion: '1'\ntitle: {vi: Của bộ, en: Ours}\n"


@pytest.mark.parametrize("name", profile_names())
def test_every_value_of_a_shipped_profile_can_be_met(name: str) -> None:
    assert list(lint_effects(name)) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("parameters: {lengths: {Subjekt: {fail: 10}}}\n", "length-idle"),
        ("parameters: {lengths: {From/Subject: {fail: 10}}}\n", "length-idle"),
        ("severities: {RTY-05.not-polled: remark}\n", "severity-idle"),
        ("levels: {HDR-18: R}\n", "level-same"),
    ],
)
def test_what_could_never_matter_is_reported_and_stops_a_certification(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(HEAD + content, encoding="utf-8")
    assert [(one.code, one.path, one.line) for one in lint_whole(str(path))] == [(code, path, 6)]
    with pytest.raises(ConfigurationError) as refused:
        check_by_lint(str(path))
    assert (refused.value.code, refused.value.path, refused.value.line) == (f"lint.{code}", path, 6)


@pytest.mark.parametrize(
    "content",
    [
        "parameters: {lengths: {Bussiness/BussinessDocReason: {remark: 10}}}\n",
        "severities: {RTY-05.hammering: remark, HDR-10.missing: remark}\n",
    ],
)
def test_what_can_matter_is_let_through(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(HEAD + content, encoding="utf-8")
    check_by_lint(str(path))


def test_what_is_shipped_is_not_looked_at_again() -> None:
    check_by_lint("qcvn102-2022")
    check_by_lint(str(folder("profiles") / "selftest"))

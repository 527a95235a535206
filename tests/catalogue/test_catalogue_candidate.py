"""The candidate's declaration: what may be in it, its secret, its times."""

from pathlib import Path

import pytest

from harness.catalogue.candidate import (
    CommandDriverDeclaration,
    HttpDriverDeclaration,
    Times,
    load_candidate,
    secret_of,
    times_of,
)
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profiles import load_profile

HEAD = """\
schema: lienthong.candidate/1
candidate: {name: QLVB Alpha, version: "3.2", vendor: Công ty Alpha}
agency:
  organ_id: 000.00.00.H41
  organ_name: UBND tỉnh Nghệ An
"""
DRIVER = 'driver: {kind: http, url: "http://127.0.0.1:9000/driver"}\n'


def _file(directory: Path, content: str) -> Path:
    path = directory / "candidate.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def test_the_published_example_is_read(tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        HEAD
        + "  system_id: vxp.test.01\n"
        + "capabilities: [register, recall, take_back, update, replace, handling, restart]\n"
        + DRIVER
        + "timing: {poll_interval: 0.5, reaction: 5, give_up: 10}\n",
    )
    candidate, located = load_candidate(path)
    assert candidate.candidate.name == "QLVB Alpha"
    assert candidate.agency.system_id == "vxp.test.01"
    assert isinstance(candidate.driver, HttpDriverDeclaration)
    assert len(candidate.capabilities) == 7
    assert secret_of(candidate, located, {}) is None
    assert times_of(candidate, located, load_profile().parameters.timing) == Times(0.5, 5, 10)


def test_a_command_is_a_driver(tmp_path: Path) -> None:
    candidate, _ = load_candidate(_file(tmp_path, HEAD + "driver: {kind: command, argv: [java, -jar, adapter.jar]}\n"))
    assert candidate.driver == CommandDriverDeclaration(("java", "-jar", "adapter.jar"))


@pytest.mark.parametrize("kind", ["manual", "passive"])
def test_a_driver_may_need_nothing(tmp_path: Path, kind: str) -> None:
    candidate, _ = load_candidate(_file(tmp_path, HEAD + f"driver: {{kind: {kind}}}\n"))
    assert candidate.driver.__struct_config__.tag == kind


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (HEAD, "yaml.missing-key", 1),
        (HEAD + DRIVER + "colour: red\n", "yaml.unknown-key", 7),
        (HEAD + DRIVER + "capabilities: [fly]\n", "yaml.not-allowed", 7),
        (HEAD + "driver: {kind: magic}\n", "yaml.not-allowed", 6),
        (HEAD + "driver: {kind: reference}\n", "candidate.driver-built-in", 6),
        (HEAD + "driver:\n  kind: reference\n  variant: other-polling\n", "candidate.driver-built-in", 7),
        (HEAD + "driver: {kind: [http]}\n", "yaml.not-allowed", 6),
        (HEAD + "driver:\n  kind: http\n", "yaml.missing-key", 6),
        (HEAD + "driver: {kind: http, argv: [a]}\n", "yaml.unknown-key", 6),
        (HEAD + DRIVER + "timing: {reaction: soon}\n", "yaml.wrong-type", 7),
        (HEAD + DRIVER + "timing: {reaction: .nan}\n", "yaml.wrong-type", 7),
        (HEAD.replace("candidate/1", "candidate/9") + DRIVER, "yaml.not-allowed", 1),
        (HEAD.replace('"3.2"', "3.2") + DRIVER, "yaml.wrong-type", 2),
    ],
)
def test_a_wrong_declaration_is_refused_with_its_line(tmp_path: Path, content: str, code: str, line: int) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_candidate(_file(tmp_path, content))
    assert (caught.value.code, caught.value.line) == (code, line)


def test_the_secret_may_be_in_the_file(tmp_path: Path) -> None:
    candidate, located = load_candidate(_file(tmp_path, HEAD + "  secret: 0123456789abcdef-x\n" + DRIVER))
    assert secret_of(candidate, located, {}) == "0123456789abcdef-x"


def test_the_secret_may_be_in_the_environment(tmp_path: Path) -> None:
    candidate, located = load_candidate(_file(tmp_path, HEAD + "  secret_env: ALPHA_SECRET\n" + DRIVER))
    assert secret_of(candidate, located, {"ALPHA_SECRET": "0123456789"}) == "0123456789"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "candidate.secret-env-unset"),
        ("", "candidate.secret-env-unset"),
        ("\udcff" * 9, "candidate.secret-not-utf8"),
    ],
)
def test_a_secret_that_is_not_there_is_refused(tmp_path: Path, value: str | None, code: str) -> None:
    candidate, located = load_candidate(_file(tmp_path, HEAD + "  secret_env: ALPHA_SECRET\n" + DRIVER))
    with pytest.raises(ConfigurationError) as caught:
        secret_of(candidate, located, {} if value is None else {"ALPHA_SECRET": value})
    assert (caught.value.code, caught.value.line) == (code, 6)


def test_one_secret_is_enough(tmp_path: Path) -> None:
    content = HEAD + "  secret: 0123456789\n  secret_env: ALPHA_SECRET\n" + DRIVER
    candidate, located = load_candidate(_file(tmp_path, content))
    with pytest.raises(ConfigurationError, match="two-secrets"):
        secret_of(candidate, located, {})


@pytest.mark.parametrize(
    "url", ["http://user:pass@host/driver", "http://user:p@ss@host/driver", "https://token@host:1/d?a=b@c"]
)
def test_the_public_declaration_holds_no_secret(tmp_path: Path, url: str) -> None:
    content = HEAD + f'  secret: 0123456789\ndriver: {{kind: http, url: "{url}"}}\n'
    candidate, _ = load_candidate(_file(tmp_path, content))
    public = candidate.public()
    assert "0123456789" not in str(public)
    assert "secret" not in public["agency"]  # type: ignore[operator]
    shown = public["driver"]["url"]  # type: ignore[index]
    assert shown == url.replace(url[url.index("//") + 2 : url.index("host")], "")


def test_times_left_out_are_the_profiles(tmp_path: Path) -> None:
    bounds = load_profile().parameters.timing
    candidate, located = load_candidate(_file(tmp_path, HEAD + DRIVER + "timing: {reaction: 5}\n"))
    assert times_of(candidate, located, bounds) == Times(bounds.poll_interval.default, 5, bounds.give_up.default)


@pytest.mark.parametrize("seconds", ["0", "-1", "100000"])
def test_a_time_out_of_bounds_is_refused(tmp_path: Path, seconds: str) -> None:
    candidate, located = load_candidate(_file(tmp_path, HEAD + DRIVER + f"timing:\n  reaction: {seconds}\n"))
    with pytest.raises(ConfigurationError) as caught:
        times_of(candidate, located, load_profile().parameters.timing)
    assert (caught.value.code, caught.value.line) == ("candidate.time-out-of-bounds", 8)

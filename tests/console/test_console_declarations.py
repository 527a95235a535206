"""A declaration as a form and as a file, secrets that are never shown, addresses to which runs may go."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.catalogue.errors import ConfigurationError
from harness.console.subjects.addresses import LOOPBACK, check_allowed, checked_list
from harness.console.subjects.declarations import CAPABILITIES, form_of, kept, read_file, read_form
from tests.console.console_rig import DECLARATION, ConsoleRig

_words = st.text(st.characters(blacklist_categories=("C", "Z")), min_size=1, max_size=30)
_times = st.one_of(st.just(""), st.sampled_from(["0.5", "5", "12.25"]))
_drivers = st.one_of(
    st.fixed_dictionaries({"driver": st.just(["http"]), "url": st.just(["http://10.0.0.1:9/driver?x=%20#ü"])}),
    st.fixed_dictionaries(
        {"driver": st.just(["command"]), "argv": st.lists(_words, min_size=1).map(lambda w: ["\n".join(w)])}
    ),
    st.sampled_from([{"driver": ["manual"]}, {"driver": ["passive"]}]),
)


@settings(max_examples=30)
@given(
    texts=st.fixed_dictionaries(
        {"name": _words, "organ_name": _words, "version": st.one_of(st.just(""), _words), "vendor": _words}
    ),
    capabilities=st.lists(st.sampled_from(CAPABILITIES), unique=True),
    reaction=_times,
    driver=_drivers,
)
def test_form_and_file_say_the_same(
    texts: dict[str, str], capabilities: list[str], reaction: str, driver: dict[str, list[str]]
) -> None:
    fields = {name: [value] for name, value in texts.items()}
    fields |= {"organ_id": ["000.00.00.H41"], "capability": capabilities, "reaction": [reaction], **driver}
    declared = read_form(fields)
    assert read_file(declared.file.encode()).candidate == declared.candidate == kept(declared.file)
    shown = form_of(declared.candidate)
    again: dict[str, Any] = {name: [value] for name, value in shown.items() if isinstance(value, str)}
    assert read_form(again | {"capability": shown["capabilities"]}).candidate == declared.candidate
    assert shown["name"] == texts["name"].strip()


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("system_id: vxp.test.01", "secret_env: PATH", "console.secret-env"),
        (
            '{kind: http, url: "http://127.0.0.1:9000/driver"}',
            "{kind: manual, answers: /etc/passwd}",
            "console.answers",
        ),
        ("http://127.0.0.1", "http://lan:x@127.0.0.1", "console.url-login"),
        ("kind: http", "kind: reference", "candidate.driver-built-in"),
        ("vendor:", "vendeur:", "yaml.unknown-key"),
        ("H41", "chấm chấm", "candidate.organ-id"),
        ("reaction: 5", "reaction: 1e9", "candidate.time-out-of-bounds"),
    ],
)
def test_a_forbidden_entry_of_a_declaration_is_reported_with_its_line(before: str, after: str, code: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_file(DECLARATION.replace(before, after).encode())
    assert caught.value.code == code
    assert caught.value.line is not None
    assert str(caught.value.path) == "candidate.yaml"


def test_a_file_keeps_its_comments_without_the_line_of_its_secret() -> None:
    commented = "# thử trước khi kết nối\n" + DECLARATION
    assert read_file(commented.encode()).file == commented
    block = commented.replace(
        "agency: {organ_id: 000.00.00.H41, organ_name: UBND tỉnh Nghệ An, system_id: vxp.test.01}",
        "agency:\n  organ_id: 000.00.00.H41  # mã cũ\n  organ_name: UBND tỉnh Nghệ An\n  secret: bi-mat-cua-he-thong",
    )
    declared = read_file(block.encode())
    assert declared.secret == "bi-mat-cua-he-thong"
    assert declared.file == block.replace("\n  secret: bi-mat-cua-he-thong", "")


@pytest.mark.parametrize("comment", ["", "# bi-mat-cua-he-thong nữa\n"])
def test_a_secret_that_cannot_be_taken_out_by_its_line_is_taken_out_with_the_comments(comment: str) -> None:
    file = comment + DECLARATION.replace("system_id:", "secret: bi-mat-cua-he-thong, system_id:")
    declared = read_file(file.encode())
    assert declared.secret == "bi-mat-cua-he-thong"
    assert "bi-mat-cua-he-thong" not in declared.file
    assert kept(declared.file) == declared.candidate


def test_a_secret_is_kept_and_never_shown(tmp_path: Path) -> None:
    secret = "bí-mật-của-hệ-thống-1"
    with ConsoleRig(tmp_path) as rig:
        lan = rig.user("lan", "admin")
        lan.post("/organisations", {"name": "Alpha"})
        file = DECLARATION.replace("system_id:", f"secret: {secret}, system_id:")
        answer = lan.post("/organisations/1/systems", files={"file": ("candidate.yaml", file.encode())})
        assert answer.headers["location"] == "/systems/1"
        pages = ["/systems/1", "/systems/1/edit", "/systems/1/candidate.yaml", "/organisations/1", "/log/audit.jsonl"]
        for page in pages:
            found = lan.get(page)
            assert found.status_code == 200
            assert secret not in found.text
        assert secret.encode() not in (tmp_path / "console.sqlite3").read_bytes()
        form = {"name": "QLVB Alpha", "organ_id": "000.00.00.H41", "organ_name": "Nghệ An", "driver": "passive"}
        assert lan.post("/systems/1", form).headers["location"] == "/systems/1"
        assert "đã cho" in lan.get("/systems/1").text  # a secret that is not typed again stays


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:9000/driver", True),
        ("http://[::1]:9/", True),
        ("http://localhost/", True),
        ("http://[::ffff:127.0.0.1]/", True),
        ("http://169.254.169.254/latest", False),
        ("http://2130706433/", False),
        ("http://0x7f.1/", False),
        ("http://localhost.evil.example/", False),
        ("http://10.0.0.1/", False),
        ("http://[", False),
        ("http:///x", False),
    ],
)
def test_runs_go_only_where_an_administrator_allows(url: str, allowed: bool) -> None:
    if allowed:
        check_allowed(url, LOOPBACK)
        return
    with pytest.raises(ConfigurationError, match="address-refused"):
        check_allowed(url, LOOPBACK)


def test_a_list_of_addresses_may_contain_networks_and_names() -> None:
    assert (
        checked_list("10.1.0.0/16, Driver.Example  .nghean.gov.vn ::1")
        == "10.1.0.0/16 driver.example .nghean.gov.vn ::1"
    )
    check_allowed("https://a.nghean.gov.vn/driver", ".nghean.gov.vn")
    for wrong in ("10.1.0.0/99", "a b/c", "*", "http://x"):
        with pytest.raises(ConfigurationError, match="address-entry"):
            checked_list(wrong)

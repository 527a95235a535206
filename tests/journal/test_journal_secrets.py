"""No form of a secret reaches the disk."""

import base64
import html
import json
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.journal import Journal
from harness.journal.redaction import MARK, SHORTEST_SECRET, Redactor
from tests.journal.told_events import fact

SECRET = 'bí mật+"<&>/\\ 0123456789'
RAW = SECRET.encode()

FORMS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": bytes,
    "hex": lambda raw: raw.hex().encode(),
    "hex, capital letters": lambda raw: raw.hex().upper().encode(),
    "base64": base64.b64encode,
    "base64 for addresses": base64.urlsafe_b64encode,
    "base64 after a user name": lambda raw: base64.b64encode(b"sys.test.01:" + raw),
    "base64 after one byte": lambda raw: base64.b64encode(b"x" + raw),
    "base64 after two bytes": lambda raw: base64.b64encode(b"xy" + raw),
    "base64 before others": lambda raw: base64.b64encode(raw + b"\xff\xff"),
    "base64 between others": lambda raw: base64.b64encode(b"\xff" + raw + b"\xff"),
    "percent": lambda raw: urllib.parse.quote(raw, safe="").encode(),
    "percent, small letters": lambda raw: urllib.parse.quote(raw, safe="").lower().encode(),
    "percent, slash left": lambda raw: urllib.parse.quote(raw).encode(),
    "form": lambda raw: urllib.parse.urlencode({"k": raw}).encode(),
    "JSON": lambda raw: json.dumps(raw.decode()).encode(),
    "JSON, letters left": lambda raw: json.dumps(raw.decode(), ensure_ascii=False).encode(),
    "JSON, slash escaped": lambda raw: json.dumps(raw.decode()).replace("/", "\\/").encode(),
    "XML": lambda raw: html.escape(raw.decode()).encode(),
    "XML, quotes left": lambda raw: html.escape(raw.decode(), quote=False).encode(),
    "UTF-16": lambda raw: raw.decode().encode("utf-16-le"),
    "UTF-16, other order": lambda raw: raw.decode().encode("utf-16-be"),
}


@pytest.mark.parametrize("encode", FORMS.values(), ids=FORMS)
def test_every_usual_form_is_concealed_in_bytes(encode: Callable[[bytes], bytes]) -> None:
    concealer = Redactor()
    concealer.add(SECRET)
    content = b"before " + encode(RAW) + b" after"
    assert concealer.holds(content)
    clean = concealer.bytes(content)
    assert not concealer.holds(clean)
    assert clean.startswith(b"before ")
    assert clean.endswith(b" after")
    assert MARK.encode() in clean


@pytest.mark.parametrize("encode", [form for name, form in FORMS.items() if "UTF-16" not in name])
def test_every_usual_form_is_concealed_in_text(encode: Callable[[bytes], bytes]) -> None:
    concealer = Redactor()
    concealer.add(SECRET)
    for encoding in ("utf-8", "latin-1"):
        text = encode(RAW).decode(encoding)
        clean = concealer.value({text: [text], "a": f"-{text}-"})
        assert MARK in json.dumps(clean)
        assert text not in json.dumps(clean, ensure_ascii=False)
        assert not concealer.holds(json.dumps(clean, ensure_ascii=False).encode())


@given(
    secret=st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=12),
    before=st.binary(max_size=9),
    after=st.binary(max_size=9),
)
def test_base64_is_seen_wherever_the_secret_is(secret: str, before: bytes, after: bytes) -> None:
    concealer = Redactor()
    concealer.add(secret)
    assert concealer.holds(base64.b64encode(before + secret.encode() + after))


@pytest.mark.parametrize("secret", ["", "x" * (SHORTEST_SECRET - 1)])
def test_a_secret_that_could_be_any_word_is_refused(tmp_path: Path, secret: str) -> None:
    with pytest.raises(ValueError, match="too short"):
        Journal(tmp_path / "run", secrets=(secret,))
    assert not (tmp_path / "run").exists()


def test_a_secret_that_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        Redactor().add("\ud800" * SHORTEST_SECRET)


def test_a_run_directory_holds_no_secret(tmp_path: Path) -> None:
    later = "another-secret-77"
    journal = Journal(tmp_path, secrets=(SECRET,))
    journal.conceal(later)
    assert journal.holds_secret(RAW)
    assert not journal.holds_secret(b"nothing of the kind")
    for form in FORMS.values():
        for secret in (RAW, later.encode()):
            journal.blob(form(secret))
            text = form(secret).decode("latin-1")
            journal.record(
                fact(text, {"headers": [["a", text]], text: {"deep": [text]}, "raw": form(secret)}), scenario=text
            )
    journal.close()
    checker = Redactor()
    checker.add(SECRET)
    checker.add(later)
    for file in tmp_path.rglob("*"):
        assert not checker.holds(file.name.encode())
        assert file.is_dir() or not checker.holds(file.read_bytes())


def test_both_of_two_secrets_are_concealed_when_one_holds_the_other() -> None:
    concealer = Redactor()
    concealer.add("secret-0")
    concealer.add("secret-0123456789")
    assert concealer.text("secret-0123456789 secret-0") == f"{MARK} {MARK}"

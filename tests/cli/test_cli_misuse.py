"""Calls that cannot be understood get one sentence in the language of the call, and exit status 2."""

import sys

import pytest

from harness.cli import main


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[object, list[str]]:
    monkeypatch.delenv("LIENTHONG_LANG", raising=False)
    monkeypatch.setattr(sys, "argv", ["lienthong", *words])
    with pytest.raises(SystemExit) as left:
        main()
    output = capsys.readouterr()
    assert output.out == ""
    return left.value.code, output.err.splitlines()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["certify"], "lienthong certify: thiếu CANDIDATE; xem «lienthong certify --help»."),
        (["certify", "--foo"], "lienthong certify: không có tùy chọn --foo; có phải --out?"),
        (["--what"], "lienthong: không có tùy chọn --what; xem «lienthong --help»."),
        (["validate", "--jobs", "0", "x"], "lienthong validate: --jobs phải là số từ 1 đến 64."),
        (["validate", "--format", "yaml", "x"], "lienthong validate: --format phải là một trong: text, json,"),
        (["certify", "a", "b", "c"], "lienthong certify: không hiểu «b c»;"),
        (["frobnicate"], "lienthong: Không có lệnh «frobnicate»; các lệnh: certify, init, validate,"),
        (["profile", "frobnicate"], "lienthong profile: không hiểu «frobnicate»;"),
        (["certify", "a", "--lang", "en", "--jobs", "x"], "lienthong certify: --jobs must be a number of at least 1"),
        (["report", "--lang=en"], "lienthong report: RUN is missing;"),
        (["certify", "no-such.yaml", "--lang", "en"], "lienthong: no-such.yaml: The file cannot be read"),
    ],
)
def test_each_misuse_is_one_sentence(
    words: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, lines = said(monkeypatch, capsys, *words)
    assert status == 2
    assert len(lines) == 1
    assert lines[0].startswith(sentence)

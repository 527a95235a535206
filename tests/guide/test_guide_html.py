"""The guide as one page: self-contained, without script, with landmarks, in one language or both."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html

from harness.catalogue.profiles import load_profile
from harness.guide.files import page_ids
from harness.guide.html import as_html

PAGE = as_html(load_profile(), ["vi", "en"])
COMMAND = [sys.executable, "-c", "from harness.cli import main; main()", "guide"]


def found(node: Any, path: str) -> list[Any]:
    """Return what an XPath finds."""
    return list(node.xpath(path))


def _guide(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *arguments], capture_output=True, encoding="utf-8", check=False)


def test_nothing_is_loaded_and_nothing_runs() -> None:
    tree = lxml_html.fromstring(PAGE)
    assert not found(tree, "//script | //link | //img | //iframe | //object | //*[@src] | //@style")
    assert not [name for name in found(tree, "//@*") if getattr(name, "attrname", "").startswith("on")]
    assert all(target.startswith("#") for target in found(tree, "//a/@href"))
    assert "default-src 'none'" in PAGE
    assert not re.search(r"@import|url\(\s*['\"]?(?!#)", PAGE)


def test_every_link_has_its_target_and_no_id_occurs_twice() -> None:
    tree = lxml_html.fromstring(PAGE)
    ids = found(tree, "//@id")
    assert len(ids) == len(set(ids))
    assert {target[1:] for target in found(tree, "//a/@href")} <= set(ids)


def test_there_are_landmarks_and_every_section_has_a_name() -> None:
    tree = lxml_html.fromstring(PAGE)
    for language in ("vi", "en"):
        (guide,) = found(tree, f"//div[@lang='{language}']")
        assert [len(found(guide, path)) for path in ("./main", "./nav[@aria-label]", "./header")] == [1, 1, 1]
        assert found(guide, ".//section/@id") == [f"{language}-{key}" for key in page_ids()]
    assert found(tree, "//meta[@name='viewport']")
    assert "prefers-color-scheme: dark" in PAGE
    assert len(found(tree, "//input[@name='language']")) == 2


def test_one_language_needs_no_choice(tmp_path: Path) -> None:
    file = tmp_path / "guide.html"
    done = _guide("--html", str(file), "--lang", "en")
    assert done.returncode == 0
    text = file.read_text(encoding="utf-8")
    assert 'id="choose-' not in text
    assert 'lang="vi"' not in text
    assert str(file) in done.stdout


def test_standard_output_gets_the_page_alone() -> None:
    done = _guide("--html", "-")
    assert done.returncode == 0
    assert done.stdout == PAGE


@pytest.mark.parametrize(("language", "said"), [("vi", "không có trang «cal»"), ("en", 'no page "cal"')])
def test_an_unknown_page_is_one_sentence_with_near_names(language: str, said: str) -> None:
    done = _guide("cal", "--lang", language)
    assert done.returncode == 2
    assert said in done.stderr
    assert "call" in done.stderr.split(said)[1]
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_help_has_examples_in_both_languages() -> None:
    for language in ("vi", "en"):
        done = subprocess.run(
            [*COMMAND, "--help", "--lang", language], capture_output=True, encoding="utf-8", check=False
        )
        assert "lienthong guide start" in done.stdout


def test_what_cannot_be_written_is_reported(tmp_path: Path) -> None:
    done = _guide("--html", str(tmp_path))
    assert done.returncode == 2
    assert str(tmp_path) in done.stderr


def test_without_a_page_the_contents_are_shown_and_with_one_the_page() -> None:
    assert all(key in _guide().stdout for key in page_ids())
    assert _guide("STATUS", "--lang", "en").stdout.startswith("THE TWO KINDS OF STATUS\n")

"""Every status has words on the page: its own, those of the guide, or its code where only one profile knows it."""

import pytest

from harness.catalogue.codes import StatusCode
from harness.catalogue.texts import LANGUAGES
from harness.workbench import status_text as words
from harness.workbench.status_text import status_text


def test_every_status_of_the_harness_has_words() -> None:
    assert [code for code in StatusCode for language in LANGUAGES if status_text(code, language) == code] == []


def test_a_status_that_only_a_profile_defines_is_shown_by_its_code() -> None:
    assert status_text("19", "vi") == "19"


def test_a_status_without_its_own_text_uses_the_text_of_the_guide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "AREA", "no-such-area")
    assert status_text(StatusCode.FINISHED, "en") == "Finished"

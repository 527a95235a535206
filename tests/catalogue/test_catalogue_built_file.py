"""What was kept when the package was built says what the files say, and nothing once they have changed."""

import shutil
from pathlib import Path

import msgspec
import pytest

from harness.catalogue import build, built_file, profile_assembly, profile_file, profile_place, profiles, requirements
from harness.catalogue.profile import Profile
from harness.catalogue.profile_assembly import assembled
from harness.catalogue.profiles import load_profile
from harness.resources import folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of profiles that a test may change, built."""
    copy = tmp_path / "profiles"
    shutil.copytree(folder("profiles"), copy, ignore=shutil.ignore_patterns(built_file.BUILT_FILE, "messages"))
    for module in (built_file, profile_assembly, profile_file, profile_place, requirements):
        monkeypatch.setattr(module, "folder", lambda _: copy)
    build.main()
    return copy


def _read_from_yaml(path: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    asked: list[Path] = []

    def noted(path: Path) -> Profile:
        asked.append(path)
        return assembled(path)

    monkeypatch.setattr("harness.catalogue.profile_assembly.assembled", noted)
    load_profile(path.stem)
    return asked == [path]


def test_every_shipped_profile_and_the_catalogue_are_kept_as_they_are(place: Path) -> None:
    for name in profiles.profile_names():
        path = place / f"{name}.yaml"
        kept = built_file.built(path, Profile)
        assert kept is not None
        assert kept == assembled(path)
    file = requirements.catalogue_file()
    assert built_file.built(file, requirements.Catalogue) == requirements.read_catalogue(file)


def test_what_is_kept_stands_for_unchanged_files(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not _read_from_yaml(place / "qcvn102-2025.yaml", monkeypatch)


@pytest.mark.parametrize("changed", ["qcvn102-2025.yaml", "qcvn102-2022.yaml", "requirements.yaml"])
def test_an_edited_file_counts_again(place: Path, monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    with (place / changed).open("a", encoding="utf-8") as stream:
        stream.write("# edited\n")
    assert _read_from_yaml(place / "qcvn102-2025.yaml", monkeypatch)


def test_a_level_that_was_changed_is_the_one_that_holds(place: Path) -> None:
    path = place / "qcvn102-2022.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("levels: {}", "levels: {HDR-01: R}"), encoding="utf-8")
    assert load_profile().requirements["HDR-01"].level == "R"


@pytest.mark.parametrize("content", [b"", b"\x00", b"\x82\xa7sources\xa0\xa8contents\x80"])
def test_a_damaged_file_is_passed_over(place: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    (place / built_file.BUILT_FILE).write_bytes(content)
    assert _read_from_yaml(place / "qcvn102-2025.yaml", monkeypatch)


def test_a_profile_of_ones_own_is_never_taken_from_it(place: Path, tmp_path: Path) -> None:
    own = tmp_path / "qcvn102-2025.yaml"
    shutil.copy(place / own.name, own)
    assert built_file.built(own, Profile) is None


def test_what_is_kept_and_says_anything_else_is_noticed(place: Path) -> None:
    assert build.is_faithful()
    path = place / "qcvn102-2025.yaml"
    profile = assembled(path)
    looser = msgspec.structs.replace(profile, parameters=assembled(place / "qcvn102-2016.yaml").parameters)
    built_file.build({path.name: looser})
    assert load_profile(path.stem) == looser  # it cannot be seen by itself
    assert not build.is_faithful()

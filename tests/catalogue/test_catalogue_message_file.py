"""Message files read entry by entry say what they say when they are read whole."""

from pathlib import Path

import pytest

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.message_file import MessageFile
from harness.catalogue.yaml_reader import read
from harness.resources import folder

SHIPPED = sorted((folder("profiles") / "messages").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_file_is_the_same_either_way(path: Path) -> None:
    assert dict(MessageFile(path)) == read(path).value


@pytest.mark.parametrize(
    "content",
    [
        'a: {vi: x, en: "y: z"}\n# note\nb.c:\n  vi: |\n    một\n\n    hai: ba\n  en: two\n',
        "a: &one {vi: x}\nb: *one\n",
        '"a: b": {vi: x}\nc: {vi: y}\n',
        "a:\n- 1\n- 2\n",
        "{a: {vi: x}}\n",
        "",
        "# nothing\n",
    ],
)
def test_other_layouts_are_read_too(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.yaml").write_text(content, encoding="utf-8")
    assert dict(MessageFile(tmp_path / "a.yaml")) == read(tmp_path / "a.yaml").value


@pytest.mark.parametrize("content", ["a: {vi: x}\na: {vi: y}\n", "a: {vi: x\n", "a: !!x 1\n"])
def test_what_is_wrong_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError):
        dict(MessageFile(tmp_path / "a.yaml"))

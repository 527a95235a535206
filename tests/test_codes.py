"""Every code of the exchange has a name and one place where it is written; elsewhere the name is used."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.catalogue.codes import StatusCode
from harness.catalogue.profiles import load_profile, profile_names
from harness.vxp.operations import HubOperation

HARNESS = Path(__file__).resolve().parents[1] / "harness"
# Where the text of a status stands for something else, or is there on purpose.
STATUSES_ELSEWHERE = {
    "agency/registers/submission.py": "confidence levels, modes and languages of an archived document",
    "catalogue/parameters.py": "the type of a value of the profile, which only literals can say",
    "records/archive/agreement.py": "confidence levels of an archived document",
    "records/archive/digests.py": "confidence levels of an archived document",
    "vectors/kept/documents.py": "how long a document is kept, by its code",
    "vectors/kept/packages.py": "confidence levels of an archived document",
    "vectors/kept/sip.py": "confidence levels, modes and languages of an archived document",
    "vectors/packages/stp.py": "right and wrong statuses, as they are in a package",
    "vectors/packages/base.py": "the status of a package unless a vector says another",
    "vectors/packages/hdr.py": "right and wrong numbers, as they are in a package",
}


def literals(values: frozenset[str]) -> Iterator[tuple[str, int, str]]:
    """Yield file, line and text of every string in the sources equal to one of `values`, parts of others left out."""
    quoted = re.compile("|".join(f"[\"']{re.escape(value)}[\"']" for value in values))
    for path in sorted(HARNESS.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if quoted.search(source) is None:
            continue
        tree = ast.parse(source)
        parts = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value in values and node not in parts:
                yield path.relative_to(HARNESS).as_posix(), node.lineno, str(node.value)


def test_an_operation_of_the_binding_is_written_in_one_place() -> None:
    written = list(literals(frozenset(HubOperation)))
    assert {path for path, _, _ in written} == {"vxp/operations.py"}
    assert len(written) == len(HubOperation)


def test_a_status_is_written_in_one_place() -> None:
    written = list(literals(frozenset(StatusCode)))
    home = "catalogue/codes.py"
    assert [one for one in written if one[0] not in {home, *STATUSES_ELSEWHERE}] == []
    assert {path for path, _, _ in written} == {home, *STATUSES_ELSEWHERE}, "an exception that is none any more"


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_lists_the_statuses_that_the_harness_speaks_of(name: str) -> None:
    assert set(load_profile(name).parameters.code_lists.statuses) == set(StatusCode)

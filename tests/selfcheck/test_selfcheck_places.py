"""Where everything about a requirement stands: each place named is the line on which the thing is written."""

import pytest

from harness.selfcheck.places import NamedPlace, places_of


def lines(found: list[NamedPlace]) -> dict[tuple[str, str], str]:
    """Return the line of each place, with the one that follows."""
    written: dict[tuple[str, str], str] = {}
    for one in found:
        path, line = one.place
        written[one.kind, one.name] = " ".join(path.read_text(encoding="utf-8").splitlines()[line - 1 : line + 1])
    return written


@pytest.mark.parametrize(
    ("requirement", "code", "wanted"),
    [
        (
            "RTY-05",
            None,
            {
                ("requirement", "RTY-05"): "RTY-05",
                ("scenario", "RTY-05"): '@scenario("RTY-05"',
                ("expectation", "Paced"): "class Paced(Expectation",
                ("expectation", "PausesGrow"): "class PausesGrow(Expectation",
                ("defect", "pauses-never-grow"): '@defect("pauses-never-grow", breaks="RTY-05"',
                ("text", "hammering"): "hammering:",
                ("text", "pauses-do-not-grow"): "pauses-do-not-grow:",
            },
        ),
        (
            "HDR-04",
            "HDR-04.twice",
            {
                ("requirement", "HDR-04"): "HDR-04",
                ("rule", "no_receiver_twice"): '@rule("HDR-04"',
                ("vector", "HDR-04/receiver-twice"): '"receiver-twice"',
                ("defect", "receiver-twice"): '@defect("receiver-twice"',
                ("text", "HDR-04.twice"): "HDR-04.twice:",
            },
        ),
        ("VXP-07", None, {("watch", "_sender"): '@watch("VXP-07"'}),
        ("SEC-03", None, {("vector", "SEC-03/nested"): "SEC-03/nested:"}),
        ("SIG-04", None, {("vector", "SIG/weak-key"): "return lambda data, pki"}),
        ("ARC-16", None, {("records", "recall_is_kept"): "@records_rule", ("vector", "ARC-16/deleted"): '"deleted"'}),
        ("PKG-01", "PKG-01.entry-path", {("reading", "problem_row"): "def problem_row"}),
    ],
)
def test_each_thing_is_at_its_named_place(
    requirement: str, code: str | None, wanted: dict[tuple[str, str], str]
) -> None:
    found = lines(places_of(requirement, code))
    missing = {key: found.get(key) for key, beginning in wanted.items() if beginning not in found.get(key, "")}
    assert missing == {}


def test_of_one_code_only_what_gives_breaks_or_says_it_is_named() -> None:
    names = {(one.kind, one.name) for one in places_of("HDR-17", "HDR-17.uuid")}
    assert ("rule", "id_has_a_form") in names
    assert ("rule", "other_ids_have_a_form") not in names
    assert {name for kind, name in names if kind == "text"} == {"HDR-17.uuid"}

"""Good and bad look alike: a classifier that does not know the standard must not tell one from the other.

Stimuli of whole runs are described by everything but what is wrong with them: who sent them and when, where they came
in the order, how long and of what words their texts are, what their files are called and how large they are, whether
they are signed. What a broken package lacks is filled with what is usual, as that is the defect itself. A small
decision tree is grown on one run and tried on another, over all stimuli and scenario by scenario.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from harness.catalogue.profiles import load_profile
from harness.edxml.model import DocumentPackage
from harness.edxml.packages import PackageUnreadable, read_package
from harness.engine.certification import CertificationOrder
from harness.journal import Event, Record, read_record
from harness.resources import folder
from tests.engine.engine_rig import certified

# What is delivered is the same for all; this one spends no time on signatures.
CANDIDATE = "reference:ignores-signatures"
SELFTEST = str(folder("profiles") / "selftest")
SCENARIOS = ("RCV-06", "RCV-07", "RCV-08", "SEC-05", "SEC-06")
SEEDS = (11, 12)
DEPTH = 3
LEAST = 4  # stimuli in a leaf
BETTER = 0.10  # than chance
FEW = 2.0  # right guesses more or less are luck where there are few stimuli
NAMES = (
    "sender", "subject length", "subject begins", "content length", "notation", "number", "signer", "priority",
    "files", "size of files", "name length", "kind", "package size", "signed", "mail", "type", "place", "order", "time",
)  # fmt: skip

Row = list[float]


@dataclass(frozen=True)
class Stimulus:
    scenario: str
    good: bool
    features: Row


@dataclass(frozen=True)
class Leaf:
    good: bool


@dataclass(frozen=True)
class Split:
    feature: int
    at: float
    below: "Tree"
    above: "Tree"


Tree = Leaf | Split


def code(text: str) -> float:
    """Number a text, equal texts alike; a tree may cut anywhere between them."""
    return float(sum(ord(sign) * (place + 1) for place, sign in enumerate(text[:24])) % 9973)


def described(event: Event, record: Record, order: float, began: float) -> list[float | None]:
    """Describe a stimulus; None where the package does not say."""
    content = record.blob(str(event.members["blob"]))
    outer: list[float | None] = [float(len(content)), float(b"SignatureValue" in content)]
    try:
        package = read_package(content, load_profile().parameters.limits)
    except PackageUnreadable:
        package = None
    if not isinstance(package, DocumentPackage):
        return [None] * 12 + outer + [None, None, None, order, event.elapsed - began]
    sizes = [len(one.content) for one in package.attachments]
    names = [one.name for one in package.attachments]
    said: list[float | None] = [
        code(package.from_.organ_id) if package.from_.organ_id else None,
        float(len(package.subject)) if package.subject else None,
        code(package.subject[:12]) if package.subject else None,
        float(len(package.content)),
        code(package.code.code_notation) if package.code.code_notation else None,
        float(package.code.code_number) if package.code.code_number.isdigit() else None,
        code(package.signer_info.full_name) if package.signer_info.full_name else None,
        code(package.other_info.priority) if package.other_info else 0.0,
        float(len(sizes)) if sizes else None,
        float(sum(sizes)) if sizes else None,
        float(len(names[0])) if names else None,
        code(names[0].rpartition(".")[2].lower()) if names else None,
    ]
    mail = float(bool(package.from_.email))
    kind = code(package.document_type.type_name) if package.document_type.type_name else None
    where = code(package.promulgation_info.place) if package.promulgation_info.place else None
    return [*said, *outer, mail, kind, where, order, event.elapsed - began]


def stimuli(directory: Path) -> list[Stimulus]:
    """Return the documents delivered by the scenarios that mix good ones with bad ones."""
    record = read_record(directory)
    by_scenario: dict[str, list[Event]] = {}
    for event in record.events:
        if event.kind == "stimulus" and event.members.get("blob") and str(event.scenario).startswith(SCENARIOS):
            by_scenario.setdefault(str(event.scenario), []).append(event)
    found: list[tuple[str, bool, list[float | None]]] = []
    for scenario, events in by_scenario.items():
        for place, event in enumerate(events):
            features = described(event, record, place / len(events), events[0].elapsed)
            found.append((scenario, bool(event.members["good"]), features))
    columns = [[value for _, _, row in found if (value := row[at]) is not None] for at in range(len(NAMES))]
    usual = [median(column or [0.0]) for column in columns]
    return [
        Stimulus(scenario, good, [usual[at] if value is None else value for at, value in enumerate(row)])
        for scenario, good, row in found
    ]


def impurity(rows: Sequence[Stimulus]) -> float:
    share = sum(row.good for row in rows) / len(rows) if rows else 0.0
    return 2 * share * (1 - share) * len(rows)


def grown(rows: Sequence[Stimulus], depth: int = DEPTH) -> Tree:
    """Grow a tree by the cuts that part good and bad best."""
    leaf = Leaf(2 * sum(row.good for row in rows) >= len(rows))
    if depth == 0 or len(rows) < 2 * LEAST:
        return leaf
    best: tuple[float, int, float] | None = None
    for feature in range(len(NAMES)):
        for at in sorted({row.features[feature] for row in rows})[1:]:
            below = [row for row in rows if row.features[feature] < at]
            if LEAST <= len(below) <= len(rows) - LEAST:
                above = [row for row in rows if row.features[feature] >= at]
                left = impurity(below) + impurity(above)
                best = min(best or (left, feature, at), (left, feature, at))
    if best is None or best[0] >= impurity(rows):
        return leaf
    _, feature, at = best
    parts = ([row for row in rows if row.features[feature] < at], [row for row in rows if row.features[feature] >= at])
    return Split(feature, at, grown(parts[0], depth - 1), grown(parts[1], depth - 1))


def guess(tree: Tree, row: Stimulus) -> bool:
    while isinstance(tree, Split):
        tree = tree.below if row.features[tree.feature] < tree.at else tree.above
    return tree.good


def hits(tree: Tree, rows: Sequence[Stimulus]) -> float:
    return sum(guess(tree, row) is row.good for row in rows) / len(rows)


def chance(rows: Sequence[Stimulus]) -> float:
    return max(Counter(row.good for row in rows).values()) / len(rows)


def played(directory: Path, seed: int) -> list[Stimulus]:
    certified(CertificationOrder(CANDIDATE, SELFTEST, list(SCENARIOS), directory, "vi", seed, formats=()))
    return stimuli(directory)


@pytest.mark.slow
def test_a_classifier_that_does_not_know_the_standard_is_no_better_than_chance(tmp_path: Path) -> None:
    train, tried = (played(tmp_path / str(seed), seed) for seed in SEEDS)
    assert {row.good for row in train} == {True, False}
    tree = grown(train)
    assert hits(tree, tried) <= chance(tried) + BETTER, tree
    for scenario in sorted({row.scenario for row in tried}):
        own = [row for row in tried if row.scenario == scenario]
        tree = grown([row for row in train if row.scenario == scenario])
        better = hits(tree, own) - chance(own)
        assert better * len(own) <= max(BETTER * len(own), FEW), (scenario, tree)


def test_the_classifier_finds_what_there_is_to_find() -> None:
    rest = [1.0] * (len(NAMES) - 1)
    rows = [Stimulus("X", number % 2 == 0, [float(number % 2), *rest]) for number in range(60)]
    assert hits(grown(rows), rows) == 1.0

"""The quick self-test, and what the command line makes of one."""

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.agency.gallery import defects, variants
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.localised_text import LocalisedText
from harness.catalogue.profiles import load_profile
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.verdicts import Level
from harness.cli import main
from harness.resources import folder
from harness.scenarios.isolation import EXCLUSIVE
from harness.scenarios.registry import all_scenarios
from harness.selftest import matrix as module
from harness.selftest.matrix import (
    Matrix,
    MatrixCounts,
    MatrixProfile,
    SelftestOrder,
    SelftestScope,
    chosen_checks,
    selftest,
)
from harness.selftest.rows import CaseResult, DefectCatch, MatrixRow


@pytest.mark.slow
def test_the_quick_self_test_catches_all_without_false_alarm() -> None:
    rows: list[str] = []
    matrix = selftest(SelftestOrder(SelftestScope.QUICK), lambda done, total, row: rows.append(row.name))
    assert [(row.name, row.result, row.others, row.detail) for row in matrix.rows if not row.right] == []
    assert matrix.right
    assert sorted(rows) == sorted(row.name for row in matrix.rows)
    assert matrix.counts.defects >= 10
    assert matrix.counts.correct == len(variants()) + 2  # the reference agency and the sample


def test_every_requirement_that_weighs_has_a_defect() -> None:
    weighing = {
        key for key, one in load_catalogue().requirements.items() if one.level in {Level.MANDATORY, Level.CONDITIONAL}
    }
    broken = {entry.breaks for entry in defects().values()}
    assert sorted(weighing - broken) == []
    assert len(defects()) >= 60
    assert len(variants()) >= 5


def test_every_agency_of_the_gallery_says_what_it_does() -> None:
    assert [entry.name for entry in (*defects().values(), *variants().values()) if not entry.docstring] == []


def test_every_defect_is_judged_by_its_requirement_alone_or_among_good_exchanges() -> None:
    for scope in (SelftestScope.GALLERY, SelftestScope.ALL, SelftestScope.CROSSED):
        for check in chosen_checks(SelftestOrder(scope)):
            alone = scope is SelftestScope.GALLERY and check.breaks is not None
            assert check.only is None or alone or {"SND-01", "RCV-02", "STS-01"} <= set(check.only)
            assert check.breaks is None or check.breaks in (check.only or ())


def test_wider_self_tests_also_play_neighbouring_requirements() -> None:
    def only(scope: SelftestScope) -> set[str]:
        check, *_ = chosen_checks(SelftestOrder(scope, ("fails-a-redelivery",)))
        return set(check.only or ())

    assert only(SelftestScope.GALLERY) == {"RCV-05"}
    assert only(SelftestScope.GALLERY) < only(SelftestScope.ALL) < only(SelftestScope.CROSSED)
    assert {key[:3] for key in only(SelftestScope.ALL)} == {"SND", "RCV", "STS"}
    assert "OPS-02" in only(SelftestScope.CROSSED)


def test_the_quick_subset_has_one_defect_of_a_group_and_runs_none_alone() -> None:
    alone = {key for one in all_scenarios().values() if one.isolation == EXCLUSIVE for key in one.requirements}
    broken = [str(check.breaks) for check in chosen_checks(SelftestOrder(SelftestScope.QUICK)) if check.breaks]
    assert len({key[:3] for key in broken}) == len(broken)
    assert set(broken) & alone <= {"STS-01"}  # that is played anyway


def test_an_unknown_name_is_a_mistake_of_the_user() -> None:
    with pytest.raises(ConfigurationError) as caught:
        chosen_checks(SelftestOrder(SelftestScope.ALL, ("no-such-agency",)))
    assert caught.value.code == "selftest.unknown"


def test_the_small_profile_differs_in_nothing_but_volumes_and_short_times() -> None:
    small, large = load_profile(str(folder("profiles") / "selftest")), load_profile()
    assert small.requirements == large.requirements
    assert small.severities == large.severities
    for name in large.parameters.__struct_fields__:
        if name not in {"volumes", "retries", "timing"}:
            assert getattr(small.parameters, name) == getattr(large.parameters, name)
    times, own = large.parameters.timing, small.parameters.timing
    assert msgspec.structs.replace(own, urgent=times.urgent) == times


CAUGHT = MatrixRow(
    "never-acks",
    "defect",
    "RCV-02",
    "Never.",
    CaseResult.CAUGHT,
    (DefectCatch("RCV-02", "RCV-02", "RCV-02.not-acked"),),
)
ELSEWHERE = MatrixRow(
    "<b>evil</b>",
    "defect",
    "SND-01",
    "Never.",
    CaseResult.ELSEWHERE,
    others=(DefectCatch("OPS-02", "OPS-02", "OPS-02.x"),),
)
UNDECIDED = MatrixRow(
    "leaves-keys",
    "correct",
    None,
    "Keys.",
    CaseResult.UNDECIDED,
    undecided=("SND-02",),
    detail=LocalisedText("vì sao", "the why"),
)
DEAD = MatrixRow(
    "reference", "correct", None, "It.", CaseResult.TROUBLE, detail=LocalisedText("exit status -11", "exit status -11")
)


def matrix_of(*rows: MatrixRow) -> Matrix:
    right = sum(row.right for row in rows)
    trouble = sum(row.result is CaseResult.TROUBLE for row in rows)
    return Matrix(
        version="1",
        profile=MatrixProfile("qcvn102-2022", "1.0", "0"),
        scope=SelftestScope.ALL,
        narrowed=False,
        seed=0,
        seconds=1.0,
        sources="0",
        counts=MatrixCounts(len(rows), right, len(rows) - right, 0, 0, 0, trouble),
        rows=rows,
    )


def called(
    arguments: list[str], matrix: Matrix, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[Any, str, str]:
    monkeypatch.setattr(module, "selftest", lambda order, follow: follow(1, 1, matrix.rows[0]) or matrix)
    monkeypatch.setattr(sys, "argv", ["lienthong", "selftest", "--lang", "en", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    captured = capsys.readouterr()
    return left.value.code, captured.out, captured.err


@pytest.mark.parametrize(
    ("rows", "status"), [((CAUGHT,), 0), ((CAUGHT, ELSEWHERE), 1), ((CAUGHT, UNDECIDED), 1), ((CAUGHT, DEAD), 3)]
)
def test_the_exit_status_tells_a_miss_from_trouble(
    rows: tuple[MatrixRow, ...], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = called([], matrix_of(*rows), monkeypatch, capsys)
    assert code == status
    assert "never-acks" in out
    assert err == "[1/1] never-acks: caught (0.0 s)\n"


def test_the_text_explains_every_miss(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = called(["--quiet"], matrix_of(CAUGHT, ELSEWHERE, UNDECIDED, DEAD), monkeypatch, capsys)
    for said in (
        "RCV-02: RCV-02.not-acked",
        "other requirements fail: OPS-02: OPS-02.x",
        "undecided: SND-02",
        "reason: the why",
        "reason: exit status -11",
        "Caught 1 of 4 catalogued defects",
    ):
        assert said in out


def test_the_matrix_is_kept_as_data_and_as_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = called(["--out", str(tmp_path), "--format", "json"], matrix_of(CAUGHT, ELSEWHERE), monkeypatch, capsys)
    content = json.loads(out)
    assert content["schema"] == "lienthong.selftest/1"
    assert content == json.loads((tmp_path / "selftest.json").read_text(encoding="utf-8"))
    assert [row["result"] for row in content["rows"]] == ["caught", "elsewhere"]
    page = (tmp_path / "selftest.html").read_text(encoding="utf-8")
    assert "<b>evil</b>" not in page
    assert "RCV-02.not-acked" in page
    assert "<script" not in page


@pytest.mark.parametrize("arguments", [["--quick", "--all"], ["--write-summary"], ["--write-summary", "--quick"]])
def test_what_does_not_go_together_is_a_usage_error(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = called(arguments, matrix_of(CAUGHT), monkeypatch, capsys)
    assert code == 2
    assert err

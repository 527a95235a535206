"""Profiles: shipped ones, one's own, and every way in which one's own can be wrong."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest

from harness.catalogue.codes import RefusalReason
from harness.catalogue.errors import ConfigurationError
from harness.catalogue.findings import Finding
from harness.catalogue.profiles import DEFAULT_PROFILE, load_profile, load_recorded_profile, profile_names
from harness.catalogue.requirements import load_catalogue
from harness.catalogue.verdicts import Level, Severity
from harness.resources import folder

HEAD = """\
schema: lienthong.profile/1
extends: qcvn102-2022
id: ours
version: "1"
title: {vi: Của bộ, en: Ours}
"""
FIRST = HEAD.count("\n") + 1
CODES = "parameters:\n  code_lists:\n    agencies:\n      "
Writer = Callable[[str], str]


@pytest.fixture
def own(tmp_path: Path) -> Writer:
    """Write a profile that extends the default one; return its path."""

    def write(content: str) -> str:
        path = tmp_path / "ours.yaml"
        path.write_text(HEAD + content, encoding="utf-8")
        return str(path)

    return write


def _refusal(name: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        load_profile(name)
    return caught.value


def test_the_profiles_are_shipped() -> None:
    assert profile_names() == ["qcvn102-2016", "qcvn102-2022", "qcvn102-2025"]
    assert load_profile().id == DEFAULT_PROFILE == "qcvn102-2025"
    for name in profile_names():
        assert load_profile(name).id == name


def test_the_default_profile_changes_no_level_of_the_catalogue() -> None:
    profile = load_profile()
    assert {key: one.level for key, one in profile.requirements.items()} == {
        key: one.level for key, one in load_catalogue().requirements.items()
    }
    assert set(profile.raised) == {"RTY-07", "RTY-08"}


def test_the_default_values_are_the_standards() -> None:
    parameters = load_profile().parameters
    limits = parameters.limits
    assert (limits.package_bytes, limits.attachment_bytes) == (200 * 2**20, 50 * 2**20)
    assert (limits.attachments, limits.depth, limits.text_chars) == (1000, 64, 2**20)
    assert (limits.attribute_chars, limits.elements) == (64 * 2**10, 100_000)
    lists = parameters.code_lists
    assert lists.statuses == ("01", "02", "03", "04", "05", "06", "13", "15", "16")
    assert lists.statuses_with_reason == ("02", "13", "16")
    ranges = (lists.priority, lists.steering_type, lists.document_type, lists.operation)
    assert [(bound.lowest, bound.highest) for bound in ranges] == [(0, 4), (0, 3), (1, 32), (0, 3)]
    assert len(lists.type_names) == 32
    assert lists.type_names[17] == "Công văn"
    kinds = {number: entry.kind for number, entry in parameters.hub.error_codes.items()}
    assert [number for number, kind in kinds.items() if kind == "final"] == ["10", "18", "19", "22", "23"]
    assert [number for number, kind in kinds.items() if kind == "transient"] == ["20", "21"]
    assert kinds["15"] == "secret"
    assert set(parameters.hub.codes) == set(RefusalReason)
    retries = parameters.retries
    assert (retries.resets_in_row, retries.final_repeats, retries.outage_per_minute) == (3, 3, 60)
    assert (retries.outage_grace, retries.growth) == (10, 2)
    assert parameters.volumes.attachment_bytes == (2**20, 10 * 2**20, 50 * 2**20)
    assert not parameters.signatures.required


@pytest.mark.parametrize(
    ("path", "remark", "fail"),
    [
        ("From/OrganName", None, 200),
        ("From/OrganAdd", None, 250),
        ("To/Telephone", 20, 50),
        ("From/Website", 100, None),
        ("Code/CodeNumber", 11, 50),
        ("Code/CodeNotation", 30, 50),
        ("Subject", None, 500),
        ("ToPlaces/Place", 150, None),
        ("OtherInfo/Appendixes/Appendix", 250, None),
        ("StaffInfo/Department", None, 300),
        ("Bussiness/StaffInfo/Mobile", None, 50),
    ],
)
def test_lengths_known_from_one_source_alone_only_remark(path: str, remark: int | None, fail: int | None) -> None:
    length = load_profile().parameters.lengths[path]
    assert (length.remark, length.fail) == (remark, fail)


def test_the_profile_of_2016_differs_in_data_only() -> None:
    newer, older = load_profile("qcvn102-2022"), load_profile("qcvn102-2016")
    assert older.parameters.identifiers.new is None
    assert older.parameters.identifiers.enterprise is None
    assert older.parameters.identifiers.uuid is Severity.OFF
    assert newer.parameters.identifiers.uuid is Severity.REMARK
    assert older.requirements["SND-03"].level is Level.OFF
    same = msgspec.structs.replace(older.parameters, identifiers=newer.parameters.identifiers)
    assert same == newer.parameters
    assert older.sha256 != newer.sha256


def test_a_profile_is_loaded_from_file_and_from_folder(own: Writer, tmp_path: Path) -> None:
    path = Path(own("levels: {HDR-18: M}\n"))
    from_file = load_profile(str(path))
    assert from_file.id == "ours"
    assert from_file.requirements["HDR-18"].level is Level.MANDATORY
    assert load_profile().requirements["HDR-18"].level is Level.RECOMMENDED
    path.rename(tmp_path / "profile.yaml")
    assert load_profile(str(tmp_path)).sha256 == from_file.sha256


def test_equal_content_has_an_equal_digest(own: Writer) -> None:
    plain = load_profile(own("levels: {HDR-18: M, HDR-19: R}\n")).sha256
    assert load_profile(own("# why\nlevels:\n  HDR-19: R\n  HDR-18: M\n")).sha256 == plain
    assert load_profile(own("levels: {HDR-18: M}\n")).sha256 != plain


def test_an_entry_is_taken_away_by_null(own: Writer) -> None:
    profile = load_profile(own("parameters: {lengths: {Subject: null}}\nraised: {RTY-08: null}\nlevels: {RTY-08: R}\n"))
    assert "Subject" not in profile.parameters.lengths
    assert "Content" in profile.parameters.lengths
    assert set(profile.raised) == {"RTY-07"}


def test_the_profile_of_2025_closes_the_codes_of_what_was_merged() -> None:
    before, after = load_profile("qcvn102-2022"), load_profile("qcvn102-2025")
    older, newer = before.parameters.code_lists.agencies, after.parameters.code_lists.agencies
    assert not [code for code, agency in older.items() if agency.valid_from or agency.valid_to]
    closed = {code: agency for code, agency in newer.items() if agency.valid_to is not None}
    assert [code for code in closed if code[0] == "G"] == ["G04", "G05", "G07", "G13", "G14", "G24"]
    assert len([code for code in newer if code[0] == "H"]) - len([code for code in closed if code[0] == "H"]) == 34
    assert {agency.valid_to for code, agency in closed.items() if code[0] == "H"} == {date(2025, 6, 30)}
    assert all(newer[str(agency.replaced_by)].valid_to is None for agency in closed.values())
    assert newer["H57"].name == "UBND thành phố Huế"
    councils = {f"H{code[1:]}" for code in newer if code[0] == "K"}
    assert councils == {code for code in newer if code[0] == "H"} - closed.keys()


def test_the_profile_of_2025_differs_in_the_list_of_agencies_only() -> None:
    before, after = load_profile("qcvn102-2022"), load_profile("qcvn102-2025")
    lists = msgspec.structs.replace(after.parameters.code_lists, agencies=before.parameters.code_lists.agencies)
    assert msgspec.structs.replace(after.parameters, code_lists=lists) == before.parameters
    assert (after.requirements, after.severities, after.raised) == (
        before.requirements,
        before.severities,
        before.raised,
    )


def test_a_profile_of_ones_own_extends_another(tmp_path: Path) -> None:
    (tmp_path / "ministry").mkdir()
    (tmp_path / "ministry" / "root.pem").write_text("anchor")
    signatures = "parameters: {signatures: {trust_anchors: [root.pem]}}\n"
    (tmp_path / "ministry" / "profile.yaml").write_text(HEAD.replace("ours", "ministry") + signatures)
    path = tmp_path / "province.yaml"
    path.write_text(HEAD.replace("qcvn102-2022", "ministry").replace("ours", "province") + "levels: {HDR-18: M}\n")
    profile = load_profile(str(path))
    assert profile.id == "province"
    anchor = tmp_path / "ministry" / "root.pem"
    assert profile.parameters.signatures.trust_anchors == (str(anchor),)
    anchor.write_text("another anchor")
    assert load_profile(str(path)).sha256 != profile.sha256


def test_id_and_title_are_never_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "nameless.yaml"
    path.write_text("schema: lienthong.profile/1\nextends: qcvn102-2022\n")
    error = _refusal(str(path))
    assert error.code == "yaml.missing-key"
    assert error.parameters["key"] == "id, version, title"


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ("colour: red\n", "yaml.unknown-key", 0),
        ("levels: {XXX-01: M}\n", "profile.unknown-requirement", 0),
        ("levels:\n  HDR-18: M\n  HDR-99: M\n", "profile.unknown-requirement", 2),
        ("raised: {HDR-99: {vi: a, en: b}}\n", "profile.unknown-requirement", 0),
        ("raised: {HDR-19: {vi: a}}\n", "yaml.missing-key", 0),
        ("levels: {HDR-18: X}\n", "yaml.not-allowed", 0),
        ("levels: {HDR-18: C}\n", "profile.no-capability", 0),
        ("levels: {HDR-19: M}\n", "profile.weak-basis", 0),
        ("raised: {RTY-07: null}\n", "profile.weak-basis", 0),
        ("severities: {HDR-07.nobody-knows: remark}\n", "profile.unknown-code", 0),
        ("severities: {HDR-99.not-a-day: remark}\n", "profile.unknown-code", 0),
        ("severities: {../../x: remark}\n", "profile.unknown-code", 0),
        ("severities: {HDR-17.uuid: maybe}\n", "yaml.not-allowed", 0),
        ("parameters:\n  limits:\n    depth: deep\n", "yaml.wrong-type", 2),
        ("parameters:\n  limits:\n    depth: 0\n", "profile.not-positive", 2),
        ("parameters:\n  limits:\n    depth: -1\n", "profile.not-positive", 2),
        ("parameters:\n  limits:\n    depths: 3\n", "yaml.unknown-key", 2),
        ("parameters: {volumes: {attachment_bytes: [0]}}\n", "profile.not-positive", 0),
        ("parameters: {lengths: {Subject: {remark: 10, fail: 5}}}\n", "profile.order", 0),
        ("parameters: {code_lists: {priority: {lowest: 5}}}\n", "profile.order", 0),
        ("parameters: {timing: {reaction: {default: 99999}}}\n", "profile.order", 0),
        ("parameters: {timing: {reaction: {lowest: 61}}}\n", "profile.order", 0),
        ("parameters: {hub: {body_bytes: 1000}}\n", "profile.order", 0),
        ("parameters: {identifiers: {old: '[0-9'}}\n", "profile.bad-pattern", 0),
        ("parameters: {identifiers: {old: null}}\n", "yaml.wrong-type", 0),
        ("parameters: {hub: {codes: {internal: '99'}}}\n", "profile.unknown-error-code", 0),
        ("parameters: {hub: {codes: {internal: null}}}\n", "profile.no-reason", 0),
        ("parameters: {hub: {codes: {bored: '20'}}}\n", "profile.unknown-reason", 0),
        ("parameters: {hub: {error_codes: {'20': null}}}\n", "profile.unknown-error-code", 0),
        ("parameters: {limits: {package_bytes: 999999999}}\n", "profile.order", 0),
        ("parameters: {code_lists: {statuses: ['01', '02']}}\n", "profile.unknown-status", 0),
        ("parameters: {code_lists: {statuses: ['O1']}}\n", "profile.not-a-status", 0),
        ("parameters: {code_lists: {operation: {highest: 4}}}\n", "profile.unknown-operation", 0),
        ("parameters: {hub: {error_codes: {'0': {kind: final, text: Loi}}}}\n", "profile.code-of-success", 0),
        ("parameters: {hub: {error_codes: {'20': {text: Lỗi}}}}\n", "profile.not-ascii", 0),
        ("parameters: {statuses: {start: ['99']}}\n", "profile.unknown-status", 0),
        ("parameters: {statuses: {next: {'01': ['99']}}}\n", "profile.unknown-status", 0),
        ("parameters: {statuses: {next: {'99': []}}}\n", "profile.unknown-status", 0),
        ("parameters: {choices: {replaced: ['99']}}\n", "profile.unknown-status", 0),
        ("parameters: {code_lists: {statuses: ['01', 13]}}\n", "yaml.wrong-type", 0),
        ("parameters: {signatures: {trust_anchors: [none.pem]}}\n", "profile.no-such-file", 0),
        ("parameters: {signatures: {crls: [.]}}\n", "profile.no-such-file", 0),
        (f"{CODES}H02: {{valid_from: 2025-01-02, valid_to: 2025-01-01}}\n", "profile.order", 3),
        (f"{CODES}H02: {{valid_to: 2025-01-01, replaced_by: H98}}\n", "profile.unknown-successor", 3),
        (f"{CODES}H02: {{replaced_by: H05}}\n", "profile.not-closed", 3),
        (f"{CODES}H02: {{valid_to: 2025-01-01, replaced_by: H02}}\n", "profile.closed-successor", 3),
        (f"{CODES}H02: {{valid_to: 31/12/2025}}\n", "yaml.wrong-type", 3),
        (f"{CODES}H02: {{valid_to: 2025-02-30}}\n", "yaml.wrong-type", 3),
        (f"{CODES}H02: {{basis: hearsay}}\n", "yaml.not-allowed", 3),
        (f"{CODES}000.00.00.H02: {{name: A, basis: law}}\n", "profile.not-a-code", 3),
        (f"{CODES}H99: {{name: A}}\n", "yaml.missing-key", 3),
        ("parameters: {code_lists: {document_type_lives: {'0': {valid_to: 2025-01-01}}}}\n", "profile.unknown-type", 0),
        (
            "parameters: {code_lists: {document_type_lives: {'18': {valid_to: 2025-01-01, replaced_by: '40'}}}}\n",
            "profile.unknown-successor",
            0,
        ),
        ("parameters: null\n", "yaml.wrong-type", 0),
        ("id: again\n", "yaml.key-twice", 0),
    ],
)  # fmt: skip
def test_a_wrong_profile_is_refused_with_file_and_line(own: Writer, content: str, code: str, line: int | None) -> None:
    path = own(content)
    error = _refusal(path)
    assert error.code == code
    if line is not None:
        assert (str(error.path), error.line) == (path, FIRST + line)


def test_a_shipped_profiles_name_means_its_content_only(tmp_path: Path) -> None:
    shipped = folder("profiles") / "qcvn102-2022.yaml"
    copy = tmp_path / "copy.yaml"
    copy.write_text(shipped.read_text())
    assert load_profile(str(copy)).sha256 == load_profile("qcvn102-2022").sha256
    copy.write_text(shipped.read_text().replace("final_repeats: 3", "final_repeats: 300"))
    error = _refusal(str(copy))
    assert (error.code, error.path) == ("lint.id-taken", copy)
    copy.write_text(HEAD.replace("ours", "qcvn102-2016"))
    assert _refusal(str(copy)).code == "lint.id-taken"
    assert load_recorded_profile(str(copy)).id == "qcvn102-2016"


def test_a_profile_of_ones_own_says_what_it_changes(tmp_path: Path) -> None:
    whole = (folder("profiles") / "qcvn102-2022.yaml").read_text().replace("id: qcvn102-2022", "id: ours")
    path = tmp_path / "ours.yaml"
    path.write_text(whole)
    error = _refusal(str(path))
    assert (error.code, error.path, error.parameters["known"]) == (
        "lint.extends-nothing",
        path,
        "qcvn102-2016, qcvn102-2022, qcvn102-2025",
    )
    path.write_text(whole + "extends: qcvn102-2022\n")
    assert load_profile(str(path)).id == "ours"


def test_what_is_wrong_in_a_base_is_blamed_on_the_base(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    base.write_text(HEAD + "levels: {HDR-99: M}\n")
    top = tmp_path / "top.yaml"
    top.write_text(HEAD.replace("qcvn102-2022", "base.yaml"))
    error = _refusal(str(top))
    assert (error.path, error.line) == (base, FIRST)


@pytest.mark.parametrize(
    ("base", "code"),
    [
        ("ours.yaml", "profile.extends"),
        ("qcvn102-1999", "profile.no-base"),
        ("[qcvn102-2022]", "profile.no-base"),
        ("5", "profile.no-base"),
        ("''", "profile.no-base"),
        ("x" * 5000, "profile.no-base"),
    ],
)
def test_a_base_that_cannot_be_used_is_refused(tmp_path: Path, base: str, code: str) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(HEAD.replace("qcvn102-2022", base))
    error = _refusal(str(path))
    assert (error.code, error.path, error.line) == (code, path, 2)


def test_profiles_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    for name, base in (("a", "b"), ("b", "c"), ("c", "a")):
        (tmp_path / f"{name}.yaml").write_text(HEAD.replace("qcvn102-2022", f"{base}.yaml"))
    error = _refusal(str(tmp_path / "a.yaml"))
    assert (error.code, error.path) == ("profile.extends", tmp_path / "c.yaml")


def test_a_long_chain_of_profiles_is_refused(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.yaml").write_text(HEAD.replace("qcvn102-2022", f"{number + 1}.yaml"))
    assert _refusal(str(tmp_path / "0.yaml")).code == "profile.extends"


@pytest.mark.parametrize(
    "name", ["", "nothing", "qcvn102-2022.yaml", "../profiles", "nul\0", "x" * 5000, "/dev/null/x"]
)
def test_an_unknown_profile_is_refused_with_the_known_ones(name: str, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        error = _refusal(name)
    assert error.code == "profile.unknown"
    assert error.parameters["known"] == "qcvn102-2016, qcvn102-2022, qcvn102-2025"


def test_an_empty_file_is_no_profile(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("")
    assert _refusal(str(path)).code == "yaml.missing-key"


def test_a_list_is_no_profile(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("- a\n")
    assert _refusal(str(path)).code == "yaml.wrong-type"
    top = tmp_path / "top.yaml"
    top.write_text(HEAD.replace("qcvn102-2022", "list.yaml"))
    error = _refusal(str(top))
    assert (error.code, error.path) == ("yaml.wrong-type", path)


def test_the_required_set_follows_level_and_capability() -> None:
    profile = load_profile()
    bare = profile.required(())
    assert len(bare) == 112
    assert profile.required({"register", "restart"}) - bare == {"VXP-11", "RTY-16"}
    assert "SND-06" not in bare
    assert profile.required((), only={"SND-01", "SND-06", "VXP-11"}) == {"SND-01", "SND-06"}


@pytest.mark.parametrize(
    ("code", "level", "severity"),
    [
        ("SND-01.x", Level.MANDATORY, Severity.FAIL),
        ("SND-01.x", Level.CONDITIONAL, Severity.FAIL),
        ("SND-01.x", Level.RECOMMENDED, Severity.REMARK),
        ("SND-01.x", Level.OFF, Severity.OFF),
        ("HDR-18.x", Level.RECOMMENDED, Severity.FAIL),
        ("HDR-18.y", Level.RECOMMENDED, Severity.REMARK),
    ],
)
def test_a_finding_weighs_what_the_profile_says(code: str, level: Level, severity: Severity) -> None:
    profile = msgspec.structs.replace(load_profile(), severities={"HDR-18.x": Severity.FAIL})
    finding = Finding(code)
    requirement = msgspec.structs.replace(profile.requirements[finding.requirement], level=level)
    changed = msgspec.structs.replace(profile, requirements={**profile.requirements, requirement.id: requirement})
    assert changed.severity(finding) is severity


def test_no_weak_basis_fails_by_default() -> None:
    for name in profile_names():
        profile = load_profile(name)
        for requirement in profile.requirements.values():
            if requirement.basis in {"single", "assumed"} and requirement.id not in profile.raised:
                assert requirement.level in {Level.RECOMMENDED, Level.OFF}


def test_every_shipped_profile_uses_only_shipped_files() -> None:
    for name in profile_names():
        assert load_profile(name).folder == folder("profiles")

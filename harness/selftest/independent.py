"""The sample agency as a case of the self-test: it shares no code with the harness that judges it.

It runs as a program of its own on its standard input and output, as any candidate with a `command` driver.
"""

import ast
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import yaml

from harness.catalogue.candidate import DeclaredTiming
from harness.resources import folder
from harness.selftest.rows import SelftestCase

SAMPLE = "sample"
_PLACE = "sample"
# Of a program of its own beside others on a loaded machine.
_DECLARED = DeclaredTiming(poll_interval=0.3, reaction=5.0, give_up=8.0)
# What it is judged by where not by all: a few short scenarios of each group.
REPRESENTATIVE = (
    "SND-02", "SND-03", "RCV-03", "RCV-04", "RCV-05", "STS-02", "STS-03", "OPS-01", "OPS-02", "OPS-03", "RTY-03",
    "RTY-10", "SEC-05",
)  # fmt: skip
_CAPABILITIES = ("register", "recall", "take_back", "update", "replace", "handling", "restart")


def is_sample(name: str) -> bool:
    """Tell whether a case of the self-test is the sample agency, as it is or with a defect."""
    return name == SAMPLE or name.startswith(f"{SAMPLE}-")


def sample_defects() -> Mapping[str, tuple[str, str]]:
    """Return the sample's defects by name: the requirement that each breaks, and what it does, in English.

    They are read, not imported: the sample is an independent program.
    """
    source = (folder("fixtures") / _PLACE / "defects.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DEFECTS":
            return msgspec.convert(ast.literal_eval(node.value), dict[str, tuple[str, str]])
    raise LookupError("DEFECTS")


def sample_case(only: tuple[str, ...] | None) -> SelftestCase:
    """Return the sample as it is, judged by these requirements, None for all."""
    return SelftestCase(SAMPLE, None, "The sample agency, written from the standard's pages alone.", only)


def defective_sample(name: str, only: tuple[str, ...]) -> SelftestCase:
    """Return the sample with one of its defects."""
    breaks, description = sample_defects()[name]
    return SelftestCase(f"{SAMPLE}-{name}", breaks, description, only)


def declared_sample(name: str, place: Path) -> Path:
    """Write the declaration of a case into a folder, where its data goes too, and return its path.

    Args:
        name: of the case.
        place: made if it is not there.

    Raises:
        OSError: it cannot be written.
    """
    place.mkdir(parents=True)
    program = folder("fixtures") / _PLACE / "driver.py"
    argv = [
        sys.executable,
        str(program),
        "--stdin",
        "--data",
        str(place / "data"),
        "--patience",
        str(_DECLARED.give_up),
    ]
    defect = name.removeprefix(SAMPLE).removeprefix("-")
    content = {
        "schema": "lienthong.candidate/1",
        "candidate": {"name": f"Hệ thống mẫu ({defect})" if defect else "Hệ thống mẫu", "vendor": "Mẫu"},
        "agency": {"organ_id": "000.00.00.H41", "organ_name": "UBND tỉnh Nghệ An"},
        "capabilities": list(_CAPABILITIES),
        "driver": {"kind": "command", "argv": [*argv, *(["--defect", defect] if defect else [])]},
        "timing": msgspec.to_builtins(_DECLARED),
    }
    path = place / "candidate.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path

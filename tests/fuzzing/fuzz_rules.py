"""A long run of coverage-guided input against the reader and the rules, where `atheris` is installed.

    pip install atheris
    python -m tests.fuzzing.fuzz_rules CORPUS [-runs=N] [-max_total_time=SECONDS] …

CORPUS is a folder; a new one is filled with the project's own good and bad packages. Further options are libFuzzer's.
Whatever raises is a mistake: every input must end in a report that can be put into words.
"""

import sys
from datetime import datetime
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.exit("atheris is not installed: pip install atheris")

with atheris.instrument_imports(include=["harness.rules", "harness.edxml"]):
    from harness.catalogue.profiles import load_profile
    from harness.catalogue.texts import LANGUAGES, finding_text
    from harness.journal.recorder import VIETNAM
    from harness.rules.check import check_package
    from harness.vectors.packages.base import DocumentIdentity
    from harness.vectors.registry import all_vectors

AT = datetime(2025, 9, 30, 12, tzinfo=VIETNAM)
PROFILE = load_profile()
OWN_GROUPS = frozenset({"PKG", "HDR", "TRC", "ATT", "STP"})
LARGEST_SEED = 20_000


def check(data: bytes) -> None:
    """Check one input and put the report into words."""
    report = check_package(data, PROFILE, AT, groups=OWN_GROUPS)
    for finding in report.findings:
        said = {**finding.parameters, "expected": finding.expected, "received": finding.received}
        for language in LANGUAGES:
            finding_text(finding.code, "message", language, **said)


def fill(corpus: Path) -> None:
    """Fill a new corpus."""
    corpus.mkdir(parents=True, exist_ok=True)
    if any(corpus.iterdir()):
        return
    for vector in all_vectors().values():
        data = vector.written(DocumentIdentity())
        if len(data) <= LARGEST_SEED:
            (corpus / vector.key.replace("/", "-")).write_bytes(data)


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    fill(Path(sys.argv[1]))
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()

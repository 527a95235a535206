"""Replaces the command line where a run has to pass: `certify` leaves a certifiable run of an authority at once.

The folder of the authority is in the environment variable `LIENTHONG_TEST_AUTHORITY`.
"""

import os
import sys
from pathlib import Path

from tests.certificates.certified_runs import Authority, passed_run


def main(words: list[str]) -> None:
    """Do what the command line would do."""
    if words[0] == "certify":
        passed_run(Path(words[words.index("--out") + 1]), Authority(Path(os.environ["LIENTHONG_TEST_AUTHORITY"])))
        return
    from harness.cli import main as whole

    whole()


if __name__ == "__main__":
    main(sys.argv[1:])

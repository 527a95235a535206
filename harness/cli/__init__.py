"""The command line, `lienthong VERB`: one module per verb, loaded only when it is called."""

import logging
import signal
import sys

from harness.cli.failures import report_failure
from harness.cli.verbs import lienthong

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with an exit status of the contract."""
    logging.getLogger().addHandler(logging.NullHandler())  # what a user must know is said in sentences
    # Whoever ends a run from outside, as pipelines do when time is up, gets what Ctrl-C gets: an orderly end.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        status = lienthong.main(prog_name="lienthong", standalone_mode=False)
    except BaseException as error:
        status = report_failure(error)
    sys.exit(status if isinstance(status, int) else 0)

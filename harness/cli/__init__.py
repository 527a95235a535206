"""The command line, `lienthong VERB`: one module per verb, loaded only when it is called."""

import signal
import sys
from types import FrameType

from harness.cli.failures import report_failure
from harness.cli.verbs import lienthong

__all__ = ["main"]


def _end_in_order(_: int, frame: FrameType | None) -> None:
    """Handle SIGTERM, which pipelines send when time is up, like Ctrl-C, also where SIGINT itself is ignored."""
    interrupt = signal.getsignal(signal.SIGINT)
    if not callable(interrupt):
        raise KeyboardInterrupt
    interrupt(signal.SIGINT, frame)


def main() -> None:
    """Run the command line and leave with an exit status of the contract."""
    signal.signal(signal.SIGTERM, _end_in_order)
    try:
        status = lienthong.main(prog_name="lienthong", standalone_mode=False)
    except BaseException as error:
        status = report_failure(error)
    for number in (signal.SIGINT, signal.SIGTERM):  # only threads are still ending: a signal ends the process at once
        signal.signal(number, signal.SIG_DFL)
    sys.exit(status if isinstance(status, int) else 0)

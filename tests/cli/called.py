"""The command line called within the test's own process: the same arguments, streams and exit status, started at once.

Tests about processes (signals, pipes, terminals, loading) start a process instead.
"""

import io
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from subprocess import CompletedProcess
from unittest.mock import patch

from harness.cli import main

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def called(
    *arguments: object, environment: Mapping[str, str] | None = None, given: bytes = b""
) -> CompletedProcess[bytes]:
    """Call `lienthong` and return how it ended.

    Args:
        arguments: the verb and what follows it.
        environment: all of it; None for the test's own.
        given: standard input.
    """
    words = [str(argument) for argument in arguments]
    out, errors, source = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(3))
    source.buffer.write(given)
    source.buffer.seek(0)
    handlers = [signal.getsignal(number) for number in _SIGNALS]
    surroundings = os.environ.copy() if environment is None else environment
    try:
        with (
            patch.dict(os.environ, surroundings, clear=True),
            patch.object(sys, "argv", ["lienthong", *words]),
            patch.object(sys, "stdin", source),
            redirect_stdout(out),
            redirect_stderr(errors),
        ):
            main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0
    finally:
        for number, handler in zip(_SIGNALS, handlers, strict=True):
            signal.signal(number, handler)
    return CompletedProcess(words, status, *(_content(stream) for stream in (out, errors)))


def _content(stream: io.TextIOWrapper) -> bytes:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()

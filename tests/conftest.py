"""What holds for all tests."""

import signal

# A shell that starts this in the background has children ignore Ctrl-C, and theirs too; the tests send it on purpose.
signal.signal(signal.SIGINT, signal.default_int_handler)

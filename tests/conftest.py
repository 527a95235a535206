"""What holds for all tests."""

import signal

from hypothesis import HealthCheck, settings

# A shell that starts this in the background has children ignore Ctrl-C, and theirs too; the tests send it on purpose.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How fast inputs are made says nothing about the project on a machine that does other work beside it.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

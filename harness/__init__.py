"""Conformance test and certification harness for Vietnam's national document exchange."""

__version__ = "0.1.0"

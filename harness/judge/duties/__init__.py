"""Whole-run duties: what must hold for everything in the record, judged once, over all of it, at its end."""

from harness.judge.duties.registry import DUTIES, Duty

__all__ = ["DUTIES", "Duty"]

"""Judging: from profile and journal to findings and verdicts, as pure functions."""

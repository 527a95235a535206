"""Correct agencies that differ from the reference agency in what the standard leaves free."""

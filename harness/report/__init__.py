"""The certification report: one model, every format; the seal and its check."""

from harness.report.renderers import FORMATS, write_reports

__all__ = ["FORMATS", "write_reports"]

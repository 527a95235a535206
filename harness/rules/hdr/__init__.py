"""HDR: header of a document package."""

from harness.rules.hdr import dates, identity, lists, lives, parties, texts

__all__ = ["dates", "identity", "lists", "lives", "parties", "texts"]

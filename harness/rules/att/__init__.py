"""ATT: manifest and attachments of a document package."""

from harness.rules.att import contents, manifest, names

__all__ = ["contents", "manifest", "names"]

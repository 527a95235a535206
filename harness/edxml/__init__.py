"""The package format: hardened reading, writing, identifiers, attachments. Nothing is judged here."""

"""The package format: reading (hardened, one place), writing, identifiers, attachments. Nothing is judged here."""

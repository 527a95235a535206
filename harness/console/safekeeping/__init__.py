"""Backups of a console, and consoles made from them again."""

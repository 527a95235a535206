"""What programs ask of the console: JSON, by a key of a person; cookies count for nothing here."""

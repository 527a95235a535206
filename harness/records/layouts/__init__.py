"""The layouts of a records export, XML, JSON and CSV, each turned into the same records."""

"""The web console: organisations, their systems, runs and evidence, for testers and vendors in a browser."""

"""Runs as separate processes: started, followed on disk, found again after a restart, ended."""

"""Runs as processes of their own: started, followed on disk, found again, ended."""

"""Signatures in PDF files: the frame of a file, its revisions, signatures and time stamps."""

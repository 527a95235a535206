"""What a system keeps of exchanged documents: records exports and archival packages, judged by themselves and against
the packages exchanged."""

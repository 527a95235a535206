"""Archival packages (SIP): the tree, METS, EAD, and the digests of the files."""

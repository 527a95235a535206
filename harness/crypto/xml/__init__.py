"""Signatures on packages: XML-DSig, enveloped in the header."""

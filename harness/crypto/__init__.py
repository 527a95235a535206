"""Signatures on packages and in PDF files, certificate chains, revocation, and the test PKI."""

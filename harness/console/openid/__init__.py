"""Signing in by an identity provider of the ministry (OpenID Connect, code flow with PKCE)."""

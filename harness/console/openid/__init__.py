"""Sign-in with an identity provider of the organisation (OpenID Connect, code flow with PKCE)."""

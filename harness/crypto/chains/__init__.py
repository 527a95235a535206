"""Who may sign: certificates, chains to trusted anchors, revocation."""

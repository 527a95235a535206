"""Webhooks: programs of others are told what happened, signed as Standard Webhooks says."""

"""The console's JSON interface for programs: authenticated by an access key; cookies are ignored."""

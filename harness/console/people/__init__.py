"""Who uses the console: accounts, roles, sessions, and delays against guessing passwords."""

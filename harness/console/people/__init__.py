"""Who uses the console: accounts, roles, sessions, and what guessing a password costs."""

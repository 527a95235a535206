"""The reference hub: directory, mailboxes, routing. It acts and records what it is asked; it never judges."""

"""Runner machines as the console sees them: who they are, what they took, what they send back."""

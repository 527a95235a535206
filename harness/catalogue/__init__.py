"""Requirements and profiles, findings and verdicts, and the words for them."""

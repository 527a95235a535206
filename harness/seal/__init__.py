"""The seal over a run: manifest, signature, time stamp, and its check."""

"""The HTTP binding of the exchange: operations, signed headers, file digests, answers, a client."""

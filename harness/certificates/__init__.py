"""From a verdict to a certificate: what may be certified, the signed document, its life, register and recall."""

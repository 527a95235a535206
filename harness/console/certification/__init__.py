"""From a passed run to a certificate: proposal, decision, issue, life, register and recall, in the console."""

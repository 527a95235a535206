"""The scenarios: one module per group of the catalogue, each scenario named after its requirement."""

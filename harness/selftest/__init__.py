"""The kill matrix: every defective agency is caught for its own defect, every correct one passes."""

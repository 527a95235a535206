"""Defective agencies, one module for each group of the requirement catalogue."""

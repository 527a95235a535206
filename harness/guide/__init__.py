"""The vendor's guide: pages of data, filled with what the code itself writes, shown on a terminal or as one page."""

"""Watches over everything a candidate sends, whichever scenario is played."""

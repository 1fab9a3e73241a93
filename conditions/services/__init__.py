"""Writes of the conditions app, by subject."""

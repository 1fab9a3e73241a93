"""Reads of the conditions app, by subject."""

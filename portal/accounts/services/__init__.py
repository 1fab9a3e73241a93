"""Writes of the accounts app, by subject."""

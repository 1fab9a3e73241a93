"""Backups: encrypted copies of the database and the private files, and restoring them."""

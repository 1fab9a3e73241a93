"""Encrypted copies of the database and the private files, and their way back."""

"""Public pages of the directory, by subject."""

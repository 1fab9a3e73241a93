"""Reads of the clinics app, by subject."""

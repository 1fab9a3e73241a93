"""Writes of the clinics app, by subject."""

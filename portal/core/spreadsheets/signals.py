"""Signals of import and export, for packages above the core."""

from django.dispatch import Signal

# Sent when a list left as a spreadsheet: ``by`` (the member of staff) and ``table`` (app_model).
exported = Signal()

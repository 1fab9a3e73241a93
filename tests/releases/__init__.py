"""The installation of the release before, filled, and what must still be true of it after an upgrade."""

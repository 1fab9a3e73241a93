"""The views of the requests app, by subject."""

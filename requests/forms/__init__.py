"""The forms of the requests app, by subject."""

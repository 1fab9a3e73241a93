"""The selectors of the requests app, by subject."""

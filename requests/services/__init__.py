"""The services of the requests app, by subject."""

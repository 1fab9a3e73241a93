"""Search of the site: its documents and its results."""

"""The peers: what Django alone would do for the same page and the same form."""

"""The other peer: the same text as a page of Wagtail, in an environment of its own."""

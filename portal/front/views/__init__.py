"""Views of the shop window, by subject."""

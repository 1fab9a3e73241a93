"""Text for readers and for search: Markdown, typography, normalising."""

"""Full-text search in every language."""

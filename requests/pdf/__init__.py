"""What is printed of a case, by subject: one context for a page and its PDF."""

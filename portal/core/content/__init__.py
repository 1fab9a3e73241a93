"""Content: readers and loader of files, translated columns, structured data."""

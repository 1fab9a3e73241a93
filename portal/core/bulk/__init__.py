"""Many rows at once: in one transaction that is followed once, and in batches."""

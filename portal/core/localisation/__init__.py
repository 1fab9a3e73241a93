"""Languages, countries and zones, and how each language writes figures, days and names."""

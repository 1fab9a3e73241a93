"""Encryption of what patients tell: primitives, model fields, rotation of keys."""

"""Delivery of effects: the outbox, the relay and workers that empty it, mail."""

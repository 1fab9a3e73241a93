"""Signs of life, alerts and metrics."""

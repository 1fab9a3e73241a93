"""Database backend for PostgreSQL that waits for a server which is only restarting."""

"""Django's database backend for PostgreSQL, which waits for a server that is only restarting."""

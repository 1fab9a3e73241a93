"""Fault tests: the portal's real processes with something broken; nothing is lost, nothing leaks."""

"""Caches: whole public pages under the version of the content, files on the disk, counters."""

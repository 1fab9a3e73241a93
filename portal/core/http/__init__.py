"""Requests, answers and public forms: middleware, addresses of visitors, guards."""

"""The portal. Importing it makes the Celery application the one that tasks belong to."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]

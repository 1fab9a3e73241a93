"""Celery application: workers deliver outbox rows, beat starts periodic tasks."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["portal.core.delivery"])
app.autodiscover_tasks(related_name="periodic")

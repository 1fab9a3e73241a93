"""Celery beat tasks of the front app."""

from celery import shared_task

from portal.front.search import search_index


@shared_task
def rebuild_search() -> None:
    """Make the documents of search anew, with the names of cities and treatments that changed."""
    search_index.rebuild()

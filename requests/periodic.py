"""What the clock does for cases."""

from celery import shared_task

from requests.services import links


@shared_task
def prune_case_links() -> None:
    """Delete links that stopped opening anything."""
    links.prune()

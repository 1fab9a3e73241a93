"""Record that bin/restore-test brought a backup back, for the page that says whether the portal is ready to open."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.core.models import Attestation
from portal.core.monitoring import attestations


class Command(BaseCommand):
    help = "Records that a backup was restored on trial; bin/restore-test calls it at its end."

    def handle(self, *args: Any, **options: Any) -> None:
        attestations.record_end(Attestation.Kind.RESTORE)

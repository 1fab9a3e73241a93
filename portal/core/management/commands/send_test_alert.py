"""Try the channels of alerts: somebody should be told now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.core.models import Attestation
from portal.core.monitoring import alert_channels, attestations

SENTENCE = "This is a test of the alerts of MARUS. Nothing is wrong."


class Command(BaseCommand):
    help = "Sends a test alert on every channel that is set up (ALERT_WEBHOOK, ALERT_EMAIL)."

    def handle(self, *args: Any, **options: Any) -> None:
        channels = list(alert_channels.configured())
        if not channels:
            raise CommandError("Nobody would be told: set ALERT_EMAIL or ALERT_WEBHOOK in the environment.")
        failed = []
        for name, send in channels:
            try:
                send(SENTENCE)
            except Exception as error:  # noqa: BLE001 – a channel fails in many ways, and each is worth a line
                failed.append(f"{name}: {type(error).__name__}")
            else:
                self.stdout.write(f"Sent by {name}.")
        if failed:
            raise CommandError(f"Could not be sent by {'; '.join(failed)}.")
        attestations.record_end(Attestation.Kind.TEST_ALERT, print_of=attestations.alert_channels())

"""Make the stored HTML of pages about conditions anew; part of each release, beside ``migrate``."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from conditions.services import rendering


class Command(BaseCommand):
    help = (
        "Makes the HTML of published pages anew where templates, translations, code or the site's address have "
        "changed. May run while the portal serves, and be killed and started again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether something is stale; exit code 1")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            for step in rendering.render_all():
                with translation.override("en"):  # a page may just have been made in another language
                    self.stdout.write(f"{step.model._meta.verbose_name}: {step.done} of {step.total}")
                self.stdout.flush()
        if stale := rendering.stale():
            raise CommandError(f"{stale} stale. Readers get these rendered live. Run manage.py render_editions.")
        self.stdout.write("The HTML of all pages is up to date.")

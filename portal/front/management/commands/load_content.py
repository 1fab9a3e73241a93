"""Loads the content that comes with the project: areas, conditions, questionnaires, clinics, facts for travellers, packages, kinds of tasks, reasons of endings, replies."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from clinics.services import loading as clinics_loading
from clinics.services import people
from conditions.services import loading
from portal.core.content.content_files import ContentError
from portal.front.search import search_index
from requests.services import canned_replies, end_reasons, packages, task_kinds


class Command(BaseCommand):
    help = "Load areas, procedures, conditions, questionnaires, clinics, facts for travellers, packages, kinds of tasks, reasons of endings and canned replies from the content files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="write over what is there; an editor's changes to it are lost"
        )
        parser.add_argument(
            "--samples", action="store_true", help="load sample doctors and care assistants too; not for a live site"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        force = options["force"]
        # The untranslated columns take the texts of the active language.
        with translation.override("en"):
            try:
                loading.load_all(self.stdout.write, force=force)
                clinics_loading.load_all(self.stdout.write, force=force)
                people.load_all(self.stdout.write, force=force, with_samples=options["samples"])
                clinics_loading.load_travel(self.stdout.write, force=force)
                packages.load_all(self.stdout.write, force=force)
                task_kinds.load_all(self.stdout.write, force=force)
                end_reasons.load_all(self.stdout.write, force=force)
                canned_replies.load_all(self.stdout.write, force=force)
            except ContentError as error:
                raise CommandError(str(error)) from error
            search_index.fill()
